/* Built from t2b_lib/widgets by `make bundle`. Sources: 75ca6472ee712bc97b9746cafc7671e45c82384a18141308fcb6eb3390c2d314 */
var ft="http://www.w3.org/2000/svg",B={"data-lm-suppress-shortcuts":"true"};function Q(t,e,o){for(let[n,s]of Object.entries(e))n.startsWith("on")?t.addEventListener(
n.slice(2),s):n.startsWith("--")?t.style.setProperty(n,s):s!=null&&t.setAttribute(n,s);return t.append(...o.filter(n=>n!=null)),t}var F=(t,e={},...o)=>Q(document.
createElement(t),e,o),x=(t,e,o={},...n)=>t.appendChild(F(e,o,...n)),O=(t,e,o={},...n)=>t.appendChild(Q(document.createElementNS(ft,e),o,n));function U(t,e){for(let[
o,n]of Object.entries(e))t.setAttribute(o,typeof n=="number"?n.toFixed(2):n)}function D(t,e){t.textContent!==e&&(t.textContent=e)}function dt(t){let e=t>>10&31,o=t&1023,n=e?2**(e-15)*(1+o/1024):2**-14*(o/1024);return t&32768?-n:n}function X(t,e,o){let n=Uint8Array.from(atob(t),i=>i.charCodeAt(
0)),s=new DataView(n.buffer);return Float64Array.from({length:n.length/e},(i,c)=>o(s,e*c))}var Z=t=>X(t,2,(e,o)=>dt(e.getUint16(o,!0))),mt=t=>X(t,4,(e,o)=>e.getFloat32(
o,!0));function J(t,e){let o=0;return e.map(n=>Math.hypot(...t.slice(o,o+=n)))}var xt={sigmoid:t=>1/(1+Math.exp(-t)),softplus:t=>Math.max(t,0)+Math.log1p(Math.exp(
-Math.abs(t)))};function q({side:t,layers:e,blocks:o,centre:n}){let s=e.map(({weight:a,bias:r})=>[Z(a),Z(r)]),i=o&&mt(n),c=a=>{let r=a.map((b,E)=>b-i[E]);return[
...a,...J(a,o),...J(r,o)]},p=xt[t];return a=>{let r=o?c(a):a;s.forEach(([g,A],T)=>{let f=T?r.map(S=>Math.max(S,0)):r;r=A.map((S,C)=>f.reduce((_,I,P)=>_+I*g[C*f.
length+P],S))});let b=r.length/2,E=[...r.slice(0,b)];return{lower:E,upper:E.map((g,A)=>g+p(r[b+A]))}}}var gt=.5772156649015329,G=1e-4,wt=1e-13,bt=1e-19,Mt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),tt=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/
o)),et=(t,e)=>Mt(t-2*gt*G,e)+wt;function yt(t,e,o,n,s){if(s===0)return Math.min(e,n)-Math.max(t,o);let i=tt(t,o,G);return-tt(-e,-n,G)-i}function ot(t,e,o,n,s){let i=yt(
t,e,o,n,s),c=e-t;return s>0?et(i,s)/et(c,s):c<=bt?i>=0?1:0:Math.max(i,0)/c}function Y(t,e,o=0){return ot(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*ot(t.lower[1],
t.upper[1],e.lower[1],e.upper[1],o)}var H=(t,e,o)=>Math.min(Math.max(t,e),o),W=t=>Number(t.toPrecision(12));var nt=(t,e,o=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:o}`;var vt=30,v={left:40,right:10,top:10,bottom:24};function st(t,e,o){let n={x:e-v.left-v.right,y:o-v.top-v.bottom},[[s,i],[c,p]]=t,a=[n.x/(i-s),-n.y/(p-c)];return{
width:e,height:o,x:r=>v.left+(r-s)*a[0],y:r=>v.top+(r-p)*a[1],units:(r,b)=>[r/a[0],b/a[1]]}}function z(t,e){let[o,n]=[t.x(e.lower[0]),t.y(e.upper[1])];return{x:o,
y:n,width:t.x(e.upper[0])-o,height:t.y(e.lower[1])-n}}function rt(t,e,o,n){let[s,i]=[Math.min(e.length,vt)*7.5+12,20],[c,p]=[v.left,o.height-v.bottom],a=o.width-v.right,r=s<=t.width&&i<=t.height,[b,E]=[t.y+t.height-
i,t.y+t.height],g=r?[[t.x,t.y],[t.x,b],[t.x+t.width-s,t.y]]:[];for(let f=0;f<5;f++)g.push([t.x,t.y-i*(f+1)],[t.x,E+i*f]);let A=g.map(([f,S])=>({x:H(f,c,Math.max(
c,a-s)),y:H(S,v.top,p-i),width:s,height:i})),T=f=>n.every(S=>!Et(f,S));return A.find(T)??A[0]}var Et=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&
e.y<t.y+t.height;function it(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function at(t,e,o=0){let[n,s]=[Math.min(...t),Math.max(...t)];if(e&&e[0]<=n&&s<=e[1]&&s-n>=o*(e[1]-e[0]))return{limits:e,step:it(e[1]-e[0])};let c=Math.max(.15*
(s-n),1e-6*Math.abs(n),1e-6*Math.abs(s))||.5,p=it(s-n+2*c);return{limits:[W(Math.floor((n-c)/p)*p),W(Math.ceil((s+c)/p)*p)],step:p}}var ct=.1,St=5,Ot=(t,e)=>e.map((o,n)=>({j:n,from:Y(t,o,ct),to:Y(o,t,ct)}));function At(t,e){let o=e(t);return t.map((n,s)=>{let{lower:i,upper:c}=e(t.with(s,1-n)),
p=[...i,...c].map((a,r)=>Math.abs(a-[...o.lower,...o.upper][r]));return p.reduce((a,r)=>a+r,0)/p.length})}function Tt({model:t,el:e}){let{names:o,features:n,lower:s,
upper:i}=t.get("_tasks"),c=t.get("_questions"),p=q(t.get("_network")),a=o.map((l,u)=>({lower:s[u],upper:i[u]})),r=!1,b=x(e,"div",{class:"t2b-playground t2b-them\
ed t2b-form"}),E=x(b,"div",{class:"t2b-layout"}),g=x(E,"div",{class:"t2b-stage"}),A=x(g,"div",{class:"t2b-said",role:"status"}),T=x(E,"fieldset",{class:"t2b-sid\
e t2b-questions"});x(T,"legend",{},"Your task");let f=c.map(([l,u])=>{let w=x(T,"label",{class:"t2b-tick"}),d=x(w,"input",{type:"checkbox",...B});x(w,"span",{},
u);let h=x(w,"span",{class:"t2b-effect","aria-hidden":"true"});return d.addEventListener("change",()=>{t.set("answers",{...t.get("answers"),[l]:d.checked}),t.save_changes(),
k()}),{name:l,input:d,bar:h}}),S=x(x(T,"div",{class:"t2b-toolbar"}),"button",{type:"button","aria-pressed":"false",onclick(){r=!r,S.setAttribute("aria-pressed",
String(r)),k()},...B},"Explain: which answers move the box?"),C=x(T,"p",{class:"t2b-help"}),_=O(F("div"),"svg",{class:"t2b-drawing",role:"img"});g.prepend(_);let I=o.
map(l=>{let u=O(_,"g",{class:"t2b-box t2b-hue-none"});return O(u,"title",{},l),O(u,"rect")}),P=O(O(_,"g",{class:"t2b-box t2b-hue-1 t2b-selected"}),"rect"),K=O(_,
"g"),R=0,lt=()=>c.map(([l])=>+!!t.get("answers")[l]);function k(){let l=lt(),u=p(l),w=Ot(u,a),d=m=>[...w].sort((y,$)=>$[m]-y[m]).slice(0,St);f.forEach(({name:m,
input:y})=>y.checked=!!t.get("answers")[m]),ht(l,d),pt(l);let h=R<500?d("to"):[...d("to"),...d("from")];R&&ut(u,h)}function ht(l,u){let w=o.filter((h,m)=>n[m].every(
(y,$)=>y===l[$])),d=(h,m)=>{let y=u(m).map($=>`${o[$.j]} (${$[m].toFixed(2)})`);return F("p",{},F("b",{},`${h} (overlap): `),`${y.join(", ")}.`)};A.replaceChildren(
...w.map(h=>F("p",{},"These are the answers of ",F("b",{},h),".")),d("What would help it most","to"),d("What it would help most","from"))}function pt(l){if(b.classList.
toggle("t2b-explained",r),!r)return D(C,"");let u=At(l,p),w=Math.max(...u);u.forEach((h,m)=>{f[m].bar.style.width=`${100*h/w}%`,f[m].bar.title=h.toFixed(3)});let d=u.
indexOf(w);D(C,`Bars: how far the box's edges move if only this answer changes. “${c[d][1]}” counts most here: ${w.toFixed(2)} on average.`)}function ut(l,u){
let w=[...a,l],d=[0,1].map(M=>at(w.flatMap(({lower:L,upper:N})=>[L[M],N[M]])).limits),h=st(d,R,Math.round(R*.85));U(_,{viewBox:`0 0 ${h.width} ${h.height}`,height:h.
height});let m=nt(o.length,"task");_.setAttribute("aria-label",`The box of your task among those of ${m}`),I.forEach((M,L)=>U(M,z(h,a[L]))),U(P,z(h,l));let y=[];
K.replaceChildren();let $=[["your task",l],...new Set(u.map(({j:M})=>M))];for(let M of $){let[L,N]=Array.isArray(M)?M:[o[M],a[M]],j=rt(z(h,N),L,h,y);y.push(j),O(
K,"text",{class:`t2b-label ${N===l?"t2b-label-pair":""}`,x:j.x+6,y:j.y+15},L)}}t.on("change:answers",k);let V=new ResizeObserver(()=>{g.clientWidth===R||g.clientWidth<
100||(R=g.clientWidth,k())});return V.observe(g),k(),()=>{V.disconnect(),t.off("change:answers",k)}}var Yt={render:Tt};export{Yt as default,At as effectsOf,Ot as relationsOf};
