/* Built from t2b_lib/widgets by `make bundle`. Sources: fe4da29f920b26f1374f7b8edf1b514eccee355e01e4f3d9303542a5e5bfdaf1 */
var pt="http://www.w3.org/2000/svg",I={"data-lm-suppress-shortcuts":"true"};function K(t,e,o){for(let[n,s]of Object.entries(e))n.startsWith("on")?t.addEventListener(
n.slice(2),s):n.startsWith("--")?t.style.setProperty(n,s):s!=null&&t.setAttribute(n,s);return t.append(...o.filter(n=>n!=null)),t}var _=(t,e={},...o)=>K(document.
createElement(t),e,o),m=(t,e,o={},...n)=>t.appendChild(_(e,o,...n)),v=(t,e,o={},...n)=>t.appendChild(K(document.createElementNS(pt,e),o,n));function N(t,e){for(let[
o,n]of Object.entries(e))t.setAttribute(o,typeof n=="number"?n.toFixed(2):n)}function P(t,e){t.textContent!==e&&(t.textContent=e)}function ut(t){let e=t>>10&31,o=t&1023,n=e?2**(e-15)*(1+o/1024):2**-14*(o/1024);return t&32768?-n:n}function V(t){let e=Uint8Array.from(atob(t),n=>n.charCodeAt(
0)),o=new DataView(e.buffer);return Float64Array.from({length:e.length/2},(n,s)=>ut(o.getUint16(2*s,!0)))}var ft={sigmoid:t=>1/(1+Math.exp(-t)),softplus:t=>Math.
max(t,0)+Math.log1p(Math.exp(-Math.abs(t)))};function Q({side:t,layers:e}){let o=e.map(({weight:s,bias:r})=>[V(s),V(r)]),n=ft[t];return s=>{let r=s;o.forEach(([
h,a],E)=>{let T=E?r.map(g=>Math.max(g,0)):r;r=a.map((g,$)=>T.reduce((S,d,O)=>S+d*h[$*T.length+O],g))});let i=r.length/2,l=[...r.slice(0,i)];return{lower:l,upper:l.
map((h,a)=>h+n(r[i+a]))}}}var dt=.5772156649015329,j=1e-4,xt=1e-13,mt=1e-19,gt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),Z=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/o)),
J=(t,e)=>gt(t-2*dt*j,e)+xt;function wt(t,e,o,n,s){if(s===0)return Math.min(e,n)-Math.max(t,o);let r=Z(t,o,j);return-Z(-e,-n,j)-r}function X(t,e,o,n,s){let r=wt(
t,e,o,n,s),i=e-t;return s>0?J(r,s)/J(i,s):i<=mt?r>=0?1:0:Math.max(r,0)/i}function B(t,e,o=0){return X(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*X(t.lower[1],
t.upper[1],e.lower[1],e.upper[1],o)}var D=(t,e,o)=>Math.min(Math.max(t,e),o),U=t=>Number(t.toPrecision(12));var q=(t,e,o=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:o}`;var bt=30,M={left:40,right:10,top:10,bottom:24};function tt(t,e,o){let n={x:e-M.left-M.right,y:o-M.top-M.bottom},[[s,r],[i,l]]=t,h=[n.x/(r-s),-n.y/(l-i)];return{
width:e,height:o,x:a=>M.left+(a-s)*h[0],y:a=>M.top+(a-l)*h[1],units:(a,E)=>[a/h[0],E/h[1]]}}function W(t,e){let[o,n]=[t.x(e.lower[0]),t.y(e.upper[1])];return{x:o,
y:n,width:t.x(e.upper[0])-o,height:t.y(e.lower[1])-n}}function et(t,e,o,n){let[s,r]=[Math.min(e.length,bt)*7.5+12,20],[i,l]=[M.left,o.height-M.bottom],h=o.width-M.right,a=s<=t.width&&r<=t.height,[E,T]=[t.y+t.height-
r,t.y+t.height],g=a?[[t.x,t.y],[t.x,E],[t.x+t.width-s,t.y]]:[];for(let d=0;d<5;d++)g.push([t.x,t.y-r*(d+1)],[t.x,T+r*d]);let $=g.map(([d,O])=>({x:D(d,i,Math.max(
i,h-s)),y:D(O,M.top,l-r),width:s,height:r})),S=d=>n.every(O=>!yt(d,O));return $.find(S)??$[0]}var yt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&
e.y<t.y+t.height;function ot(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function nt(t,e,o=0){let[n,s]=[Math.
min(...t),Math.max(...t)];if(e&&e[0]<=n&&s<=e[1]&&s-n>=o*(e[1]-e[0]))return{limits:e,step:ot(e[1]-e[0])};let i=Math.max(.15*(s-n),1e-6*Math.abs(n),1e-6*Math.abs(
s))||.5,l=ot(s-n+2*i);return{limits:[U(Math.floor((n-i)/l)*l),U(Math.ceil((s+i)/l)*l)],step:l}}var st=.1,Mt=5,vt=(t,e)=>e.map((o,n)=>({j:n,from:B(t,o,st),to:B(o,t,st)}));function Et(t,e){let o=e(t);return t.map((n,s)=>{let{lower:r,upper:i}=e(t.with(s,1-n)),
l=[...r,...i].map((h,a)=>Math.abs(h-[...o.lower,...o.upper][a]));return l.reduce((h,a)=>h+a,0)/l.length})}function St({model:t,el:e}){let{names:o,features:n,lower:s,
upper:r}=t.get("_tasks"),i=t.get("_questions"),l=Q(t.get("_network")),h=o.map((c,u)=>({lower:s[u],upper:r[u]})),a=!1,E=m(e,"div",{class:"t2b-playground t2b-them\
ed t2b-form"}),T=m(E,"div",{class:"t2b-layout"}),g=m(T,"div",{class:"t2b-stage"}),$=m(g,"div",{class:"t2b-said",role:"status"}),S=m(T,"fieldset",{class:"t2b-sid\
e t2b-questions"});m(S,"legend",{},"Your task");let d=i.map(([c,u])=>{let w=m(S,"label",{class:"t2b-tick"}),f=m(w,"input",{type:"checkbox",...I});m(w,"span",{},
u);let p=m(w,"span",{class:"t2b-effect","aria-hidden":"true"});return f.addEventListener("change",()=>{t.set("answers",{...t.get("answers"),[c]:f.checked}),t.save_changes(),
R()}),{name:c,input:f,bar:p}}),O=m(m(S,"div",{class:"t2b-toolbar"}),"button",{type:"button","aria-pressed":"false",onclick(){a=!a,O.setAttribute("aria-pressed",
String(a)),R()},...I},"Explain: which answers move the box?"),G=m(S,"p",{class:"t2b-help"}),k=v(_("div"),"svg",{class:"t2b-drawing",role:"img"});g.prepend(k);let rt=o.
map(c=>{let u=v(k,"g",{class:"t2b-box t2b-hue-none"});return v(u,"title",{},c),v(u,"rect")}),it=v(v(k,"g",{class:"t2b-box t2b-hue-1 t2b-selected"}),"rect"),Y=v(
k,"g"),F=0,at=()=>i.map(([c])=>+!!t.get("answers")[c]);function R(){let c=at(),u=l(c),w=vt(u,h),f=x=>[...w].sort((y,A)=>A[x]-y[x]).slice(0,Mt);d.forEach(({name:x,
input:y})=>y.checked=!!t.get("answers")[x]),ct(c,f),lt(c);let p=F<500?f("to"):[...f("to"),...f("from")];F&&ht(u,p)}function ct(c,u){let w=o.filter((p,x)=>n[x].every(
(y,A)=>y===c[A])),f=(p,x)=>{let y=u(x).map(A=>`${o[A.j]} (${A[x].toFixed(2)})`);return _("p",{},_("b",{},`${p} (overlap): `),`${y.join(", ")}.`)};$.replaceChildren(
...w.map(p=>_("p",{},"These are the answers of ",_("b",{},p),".")),f("What would help it most","to"),f("What it would help most","from"))}function lt(c){if(E.classList.
toggle("t2b-explained",a),!a)return P(G,"");let u=Et(c,l),w=Math.max(...u);u.forEach((p,x)=>{d[x].bar.style.width=`${100*p/w}%`,d[x].bar.title=p.toFixed(3)});let f=u.
indexOf(w);P(G,`Bars: how far the box's edges move if only this answer changes. “${i[f][1]}” counts most here: ${w.toFixed(2)} on average.`)}function ht(c,u){
let w=[...h,c],f=[0,1].map(b=>nt(w.flatMap(({lower:C,upper:L})=>[C[b],L[b]])).limits),p=tt(f,F,Math.round(F*.85));N(k,{viewBox:`0 0 ${p.width} ${p.height}`,height:p.
height});let x=q(o.length,"task");k.setAttribute("aria-label",`The box of your task among those of ${x}`),rt.forEach((b,C)=>N(b,W(p,h[C]))),N(it,W(p,c));let y=[];
Y.replaceChildren();let A=[["your task",c],...new Set(u.map(({j:b})=>b))];for(let b of A){let[C,L]=Array.isArray(b)?b:[o[b],h[b]],z=et(W(p,L),C,p,y);y.push(z),v(
Y,"text",{class:`t2b-label ${L===c?"t2b-label-pair":""}`,x:z.x+6,y:z.y+15},C)}}t.on("change:answers",R);let H=new ResizeObserver(()=>{g.clientWidth===F||g.clientWidth<
100||(F=g.clientWidth,R())});return H.observe(g),R(),()=>{H.disconnect(),t.off("change:answers",R)}}var Bt={render:St};export{Bt as default,Et as effectsOf,vt as relationsOf};
