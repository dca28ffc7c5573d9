/* Built from t2b_lib/widgets by `make bundle`. Sources: 56c2f874b09839025eba9d9dbf4d1d725f1c00d6bbb013538eb00d9fdbabab3f */
var pt="http://www.w3.org/2000/svg",I={"data-lm-suppress-shortcuts":"true"};function K(t,e,o){for(let[n,s]of Object.entries(e))n.startsWith("on")?t.addEventListener(
n.slice(2),s):n.startsWith("--")?t.style.setProperty(n,s):s!=null&&t.setAttribute(n,s);return t.append(...o.filter(n=>n!=null)),t}var _=(t,e={},...o)=>K(document.
createElement(t),e,o),x=(t,e,o={},...n)=>t.appendChild(_(e,o,...n)),v=(t,e,o={},...n)=>t.appendChild(K(document.createElementNS(pt,e),o,n));function N(t,e){for(let[
o,n]of Object.entries(e))t.setAttribute(o,typeof n=="number"?n.toFixed(2):n)}function P(t,e){t.textContent!==e&&(t.textContent=e)}function ut(t){let e=t>>10&31,o=t&1023,n=e?2**(e-15)*(1+o/1024):2**-14*(o/1024);return t&32768?-n:n}function V(t){let e=Uint8Array.from(atob(t),n=>n.charCodeAt(
0)),o=new DataView(e.buffer);return Float64Array.from({length:e.length/2},(n,s)=>ut(o.getUint16(2*s,!0)))}var ft={sigmoid:t=>1/(1+Math.exp(-t)),softplus:t=>Math.
max(t,0)+Math.log1p(Math.exp(-Math.abs(t)))};function Q({side:t,layers:e}){let o=e.map(({weight:s,bias:r})=>[V(s),V(r)]),n=ft[t];return s=>{let r=s;o.forEach(([
l,a],E)=>{let T=E?r.map(g=>Math.max(g,0)):r;r=a.map((g,$)=>T.reduce((S,f,O)=>S+f*l[$*T.length+O],g))});let i=r.length/2,m=[...r.slice(0,i)];return{lower:m,upper:m.
map((l,a)=>l+n(r[i+a]))}}}var dt=.5772156649015329,j=1e-4,xt=1e-13,mt=1e-19,gt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),Z=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/o)),
J=(t,e)=>gt(t-2*dt*j,e)+xt;function wt(t,e,o,n,s){if(s===0)return Math.min(e,n)-Math.max(t,o);let r=Z(t,o,j);return-Z(-e,-n,j)-r}function X(t,e,o,n,s){let r=wt(
t,e,o,n,s),i=e-t;return s>0?J(r,s)/J(i,s):i<=mt?r>=0?1:0:Math.max(r,0)/i}function B(t,e,o=0){return X(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*X(t.lower[1],
t.upper[1],e.lower[1],e.upper[1],o)}var D=(t,e,o)=>Math.min(Math.max(t,e),o),U=t=>Number(t.toPrecision(12));var q=(t,e,o=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:o}`;var bt=30,M={left:40,right:10,top:10,bottom:24};function tt(t,e,o){let n={x:e-M.left-M.right,y:o-M.top-M.bottom},[[s,r],[i,m]]=t,l=[n.x/(r-s),-n.y/(m-i)];return{
width:e,height:o,x:a=>M.left+(a-s)*l[0],y:a=>M.top+(a-m)*l[1],units:(a,E)=>[a/l[0],E/l[1]]}}function W(t,e){let[o,n]=[t.x(e.lower[0]),t.y(e.upper[1])];return{x:o,
y:n,width:t.x(e.upper[0])-o,height:t.y(e.lower[1])-n}}function et(t,e,o,n){let[s,r]=[Math.min(e.length,bt)*7.5+12,20],[i,m]=[M.left,o.height-M.bottom],l=o.width-M.right,a=s<=t.width&&r<=t.height,[E,T]=[t.y+t.height-
r,t.y+t.height],g=a?[[t.x,t.y],[t.x,E],[t.x+t.width-s,t.y]]:[];for(let f=0;f<5;f++)g.push([t.x,t.y-r*(f+1)],[t.x,T+r*f]);let $=g.map(([f,O])=>({x:D(f,i,Math.max(
i,l-s)),y:D(O,M.top,m-r),width:s,height:r})),S=f=>n.every(O=>!yt(f,O));return $.find(S)??$[0]}var yt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&
e.y<t.y+t.height;function ot(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function nt(t,e){let[o,n]=[Math.min(
...t),Math.max(...t)];if(e&&e[0]<=o&&n<=e[1]&&n-o>(e[1]-e[0])/3)return{limits:e,step:ot(e[1]-e[0])};let r=Math.max(.2*(n-o),1e-6*Math.abs(o),1e-6*Math.abs(n))||
.5,i=ot(n-o+2*r);return{limits:[U(Math.floor((o-r)/i)*i),U(Math.ceil((n+r)/i)*i)],step:i}}var st=.1,Mt=5,vt=(t,e)=>e.map((o,n)=>({j:n,from:B(t,o,st),to:B(o,t,st)}));function Et(t,e){let o=e(t);return t.map((n,s)=>{let{lower:r,upper:i}=e(t.with(s,1-n)),
m=[...r,...i].map((l,a)=>Math.abs(l-[...o.lower,...o.upper][a]));return m.reduce((l,a)=>l+a,0)/m.length})}function St({model:t,el:e}){let{names:o,features:n,lower:s,
upper:r}=t.get("_tasks"),i=t.get("_questions"),m=Q(t.get("_network")),l=o.map((c,p)=>({lower:s[p],upper:r[p]})),a=!1,E=x(e,"div",{class:"t2b-playground t2b-them\
ed t2b-form"}),T=x(E,"div",{class:"t2b-layout"}),g=x(T,"div",{class:"t2b-stage"}),$=x(g,"div",{class:"t2b-said",role:"status"}),S=x(T,"fieldset",{class:"t2b-sid\
e t2b-questions"});x(S,"legend",{},"Your task");let f=i.map(([c,p])=>{let w=x(S,"label",{class:"t2b-tick"}),u=x(w,"input",{type:"checkbox",...I});x(w,"span",{},
p);let h=x(w,"span",{class:"t2b-effect","aria-hidden":"true"});return u.addEventListener("change",()=>{t.set("answers",{...t.get("answers"),[c]:u.checked}),t.save_changes(),
R()}),{name:c,input:u,bar:h}}),O=x(x(S,"div",{class:"t2b-toolbar"}),"button",{type:"button","aria-pressed":"false",onclick(){a=!a,O.setAttribute("aria-pressed",
String(a)),R()},...I},"Explain: which answers move the box?"),G=x(S,"p",{class:"t2b-help"}),k=v(_("div"),"svg",{class:"t2b-drawing",role:"img"});g.prepend(k);let rt=o.
map(c=>{let p=v(k,"g",{class:"t2b-box t2b-hue-none"});return v(p,"title",{},c),v(p,"rect")}),it=v(v(k,"g",{class:"t2b-box t2b-hue-1 t2b-selected"}),"rect"),Y=v(
k,"g"),F=0,at=()=>i.map(([c])=>+!!t.get("answers")[c]);function R(){let c=at(),p=m(c),w=vt(p,l),u=d=>[...w].sort((y,A)=>A[d]-y[d]).slice(0,Mt);f.forEach(({name:d,
input:y})=>y.checked=!!t.get("answers")[d]),ct(c,u),lt(c);let h=F<500?u("to"):[...u("to"),...u("from")];F&&ht(p,h)}function ct(c,p){let w=o.filter((h,d)=>n[d].every(
(y,A)=>y===c[A])),u=(h,d)=>{let y=p(d).map(A=>`${o[A.j]} (${A[d].toFixed(2)})`);return _("p",{},_("b",{},`${h} (overlap): `),`${y.join(", ")}.`)};$.replaceChildren(
...w.map(h=>_("p",{},"These are the answers of ",_("b",{},h),".")),u("What would help it most","to"),u("What it would help most","from"))}function lt(c){if(E.classList.
toggle("t2b-explained",a),!a)return P(G,"");let p=Et(c,m),w=Math.max(...p);p.forEach((h,d)=>{f[d].bar.style.width=`${100*h/w}%`,f[d].bar.title=h.toFixed(3)});let u=p.
indexOf(w);P(G,`Bars: how far the box's edges move if only this answer changes. “${i[u][1]}” counts most here: ${w.toFixed(2)} on average.`)}function ht(c,p){
let w=[...l,c],u=[0,1].map(b=>nt(w.flatMap(({lower:C,upper:L})=>[C[b],L[b]])).limits),h=tt(u,F,Math.round(F*.85));N(k,{viewBox:`0 0 ${h.width} ${h.height}`,height:h.
height});let d=q(o.length,"task");k.setAttribute("aria-label",`The box of your task among those of ${d}`),rt.forEach((b,C)=>N(b,W(h,l[C]))),N(it,W(h,c));let y=[];
Y.replaceChildren();let A=[["your task",c],...new Set(p.map(({j:b})=>b))];for(let b of A){let[C,L]=Array.isArray(b)?b:[o[b],l[b]],z=et(W(h,L),C,h,y);y.push(z),v(
Y,"text",{class:`t2b-label ${L===c?"t2b-label-pair":""}`,x:z.x+6,y:z.y+15},C)}}t.on("change:answers",R);let H=new ResizeObserver(()=>{g.clientWidth===F||g.clientWidth<
100||(F=g.clientWidth,R())});return H.observe(g),R(),()=>{H.disconnect(),t.off("change:answers",R)}}var Bt={render:St};export{Bt as default,Et as effectsOf,vt as relationsOf};
