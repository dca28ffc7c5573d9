/* Built from t2b_lib/widgets by `make bundle`. Sources: 56c2f874b09839025eba9d9dbf4d1d725f1c00d6bbb013538eb00d9fdbabab3f */
var zt="http://www.w3.org/2000/svg",tt={"data-lm-suppress-shortcuts":"true"};function ft(t,e,o){for(let[r,c]of Object.entries(e))r.startsWith("on")?t.addEventListener(
r.slice(2),c):r.startsWith("--")?t.style.setProperty(r,c):c!=null&&t.setAttribute(r,c);return t.append(...o.filter(r=>r!=null)),t}var Dt=(t,e={},...o)=>ft(document.
createElement(t),e,o),h=(t,e,o={},...r)=>t.appendChild(Dt(e,o,...r)),E=(t,e,o={},...r)=>t.appendChild(ft(document.createElementNS(zt,e),o,r));function D(t,e){for(let[
o,r]of Object.entries(e))t.setAttribute(o,typeof r=="number"?r.toFixed(2):r)}function O(t,e){t.textContent!==e&&(t.textContent=e)}var Kt=.5772156649015329,ot=1e-4,Wt=1e-13,Bt=1e-19,Gt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),ht=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/
o)),rt=(t,e)=>Gt(t-2*Kt*ot,e)+Wt;function gt(t,e,o,r,c){if(c===0)return Math.min(e,r)-Math.max(t,o);let n=ht(t,o,ot);return-ht(-e,-r,ot)-n}function pt(t,e,o,r,c){
let n=gt(t,e,o,r,c),s=e-t;return c>0?rt(n,c)/rt(s,c):s<=Bt?n>=0?1:0:Math.max(n,0)/s}function dt(t,e,o=0){return pt(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*
pt(t.lower[1],t.upper[1],e.lower[1],e.upper[1],o)}function mt(t,e,o){let r=s=>o>0?rt(s,o):Math.max(s,0),c=1,n=1;for(let s of[0,1]){let a=gt(t.lower[s],t.upper[s],
e.lower[s],e.upper[s],o);c*=r(a),n*=r(t.upper[s]-t.lower[s])}return{shared:c,own:n}}var U=(t,e)=>({lower:t.lower[e],upper:t.upper[e]});function nt(t,e,o){let r=e.
lower.length,c=new Uint8Array(r);for(let n of o)c[n]=1;for(let n of o){let s=U(e,n);for(let a=0;a<r;a++){let i=U(e,a);t[n*r+a]=dt(s,i,e.temperature),c[a]||(t[a*
r+n]=dt(i,s,e.temperature))}}}function st(t,e,o,r,c){let n=o.length,s=(a,i)=>{if(a===i||o[a][i]===null)return 0;let l=e[a*n+i],f=l>r&&l>e[i*n+a];return f===o[a][i]>0?0:f?2:1};for(let a of c)
for(let i=0;i<n;i++)t[a*n+i]=s(a,i),t[i*n+a]=s(i,a)}function xt(t,e,o){let r=o.length,c={missing:0,spurious:0,broken:0,repaired:0},n=0;for(let s=0;s<r;s++)for(let a=0;a<
r;a++){if(s===a||o[s][a]===null)continue;let i=t[s*r+a];i===1?c.missing++:i===2?c.spurious++:o[s][a]>0&&n++,i&&!e[s*r+a]&&c.broken++,!i&&e[s*r+a]&&c.repaired++}
return c.f1=2*n/(2*n+c.missing+c.spurious),c}function bt(t){let e=[];return t.forEach((o,r)=>o.forEach((c,n)=>{r!==n&&c!==null&&e.push({i:r,j:n,value:c,now:0,off:0})})),
e}function yt(t,e,o){for(let r of t)r.now=e[r.i*o+r.j],r.off=Math.abs(r.now-r.value);return Math.max(...t.map(r=>r.off))}var et=(t,e)=>t<=e+1e-9;var F=(t,e,o)=>Math.min(Math.max(t,e),o),W=t=>Number(t.toPrecision(12)),it=t=>Number(t.toPrecision(4)),K=t=>t.toFixed(3),X=(t,e)=>t.length>e?`${t.slice(0,e-1)}…`:
t,Y=(t,e,o=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:o}`;function ct(t,e,o){let r=(e-t)/o,c=10**Math.floor(Math.log10(r)),n=[1,2,5,10].map(a=>a*c).find(a=>a>=r*(1-1e-9)),s=[];for(let a=Math.ceil(t/n-1e-9);a*n<=e+n*1e-9;a++)
s.push(W(a*n));return s}var at=30,C={left:40,right:10,top:10,bottom:24};function $t(t,e,o){let r={x:e-C.left-C.right,y:o-C.top-C.bottom},[[c,n],[s,a]]=t,i=[r.x/
(n-c),-r.y/(a-s)];return{width:e,height:o,x:l=>C.left+(l-c)*i[0],y:l=>C.top+(l-a)*i[1],units:(l,f)=>[l/i[0],f/i[1]]}}function G(t,e){let[o,r]=[t.x(e.lower[0]),t.
y(e.upper[1])];return{x:o,y:r,width:t.x(e.upper[0])-o,height:t.y(e.lower[1])-r}}function wt(t,[e,o],r){if(e<t.x-r||e>t.x+t.width+r||o<t.y-r||o>t.y+t.height+r)return null;
let n=(a,i)=>{let l=Math.min(r,i/3);return a<=l&&a<=i-a?-1:i-a<=l?1:0},s=[n(e-t.x,t.width),-n(o-t.y,t.height)];return s[0]||s[1]?s:null}var jt={"0,0":"move","1,\
0":"ew-resize","0,1":"ns-resize","1,1":"nesw-resize"};function vt(t){return t[0]*t[1]<0?"nwse-resize":jt[[Math.abs(t[0]),Math.abs(t[1])]]}function St(t,e,o,r){let c=wt(
G(e,U(t,t.first)),o,r);if(c)return{i:t.first,grip:c};let n=null,s=1/0;for(let a=0;a<t.lower.length;a++){let i=G(e,U(t,a)),[l,f]=[o[0]-i.x,o[1]-i.y],x=l>=-3&&f>=
-3&&l<=i.width+3&&f<=i.height+3,w=i.width*i.height;!x||w>s||w===s&&a!==t.first||(s=w,n={i:a,grip:wt(i,o,r)??[0,0]})}return n}function Mt(t,e,o,r){let[c,n]=[Math.
min(e.length,at)*7.5+12,20],[s,a]=[C.left,o.height-C.bottom],i=o.width-C.right,l=c<=t.width&&n<=t.height,[f,x]=[t.y+t.height-n,t.y+t.height],w=l?[[t.x,t.y],[t.x,
f],[t.x+t.width-c,t.y]]:[];for(let m=0;m<5;m++)w.push([t.x,t.y-n*(m+1)],[t.x,x+n*m]);let g=w.map(([m,M])=>({x:F(m,s,Math.max(s,i-c)),y:F(M,C.top,a-n),width:c,height:n})),
$=m=>r.every(M=>!Yt(m,M));return g.find($)??g[0]}var Yt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&e.y<t.y+t.height;var Ht=7,H=12;function J(t,e){return e.lower.length<=Ht&&!e.marks?`t2b-hue-${t}`:t===e.first?"t2b-hue-0":t===e.second?"t2b-hue-1":"t2b-hue-none"}function Et(t,e,o){
let r=E(t,"svg",{class:"t2b-drawing",role:"application","aria-label":`Drawing of ${Y(e.length,"box","boxes")}`,"aria-describedby":o.help}),c=E(E(r,"defs"),"patt\
ern",{id:o.hatch,class:"t2b-hatch",width:7,height:7,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"});E(c,"line",{x1:0,y1:0,x2:0,y2:7});let n=E(r,"g",
{class:"t2b-axes","aria-hidden":"true"}),s=e.map((u,p)=>{let T=E(r,"g",{"data-box":p,...{role:"button","aria-roledescription":"box"},...tt});return E(T,"title",
{},u),E(T,"rect"),T}),a=E(r,"rect",{class:"t2b-shared",fill:`url(#${o.hatch})`}),i=E(r,"g",{class:"t2b-handles","aria-hidden":"true"}),f=[-1,0,1].flatMap(u=>[-1,
0,1].map(p=>[u,p])).filter(([u,p])=>u||p).map(u=>{let p=E(i,"g",{class:u[0]&&u[1]?"t2b-corner":"t2b-edge"});return E(p,"rect",{x:-4.5,y:-4.5,width:9,height:9,rx:2}),
{grip:u,knob:p}}),x=E(r,"rect",{class:"t2b-ring",rx:5}),w=e.map(u=>E(r,"text",{"aria-hidden":"true"},X(u,at)));function g(u,p){n.replaceChildren();let y=u.height-
C.bottom,T=u.width-C.right;for(let k of ct(...p[0],u.width/90)){let N=u.x(k);E(n,"line",{x1:N,x2:N,y1:C.top,y2:y}),E(n,"text",{x:N,y:y+16,"text-anchor":"middle"},
String(k))}for(let k of ct(...p[1],u.height/70)){let N=u.y(k);E(n,"line",{class:"t2b-y",x1:C.left,x2:T,y1:N,y2:N}),E(n,"text",{class:"t2b-y",x:C.left-6,y:N+4,"t\
ext-anchor":"end"},String(k))}}function $(u,p){D(r,{viewBox:`0 0 ${u.width} ${u.height}`,height:u.height}),g(u,p)}function m(u,p,y){let{lower:T,upper:k}=U(p,u);
D(s[u].lastChild,G(y,{lower:T,upper:k}));let N=b=>`from ${it(T[b])} to ${it(k[b])}`,P=p.inRows?N(0):`x ${N(0)}, y ${N(1)}`;s[u].setAttribute("aria-label",`${e[u]}\
, ${P}`)}function M(u,p){let y={[p.second]:"t2b-compared",[p.first]:"t2b-selected"}[u]??"",T=p.marks?Vt(u,p):"";s[u].setAttribute("class",`t2b-box ${J(u,p)} ${y}\
 ${T}`),s[u].setAttribute("aria-pressed",String(u===p.first)),s[u].tabIndex=u===p.first||e.length<=H?0:-1}function L(u,p){let{first:y,second:T,hovered:k}=u,N=[...new Set(
[y,T])],P=e.length>H?[k].filter(S=>S>=0):e.keys(),b=new Set([...N,...P]),v=[];for(let S of b){let I=Mt(G(p,U(u,S)),e[S],p,v);v.push(I);let j=N.includes(S)?"t2b-\
label-pair":"";D(w[S],{class:`t2b-label ${j}`,x:I.x+6,y:I.y+15})}w.forEach((S,I)=>S.style.display=b.has(I)?"":"none")}function d(u,p){let[y,T]=[U(u,u.first),U(u,
u.second)],k={lower:[0,1].map(P=>Math.max(y.lower[P],T.lower[P])),upper:[0,1].map(P=>Math.min(y.upper[P],T.upper[P]))},N=[0,1].every(P=>k.upper[P]>=k.lower[P]);
a.style.display=N&&u.first!==u.second?"":"none",N&&D(a,G(p,k))}function R(u,p){let y=G(p,U(u,u.first)),T=F(Math.min(y.width,y.height)/30,.5,1);for(let{grip:k,knob:N}of f){
let P=y.x+y.width*(k[0]+1)/2,b=y.y+y.height*(1-k[1])/2,v=k[0]?y.height:y.width;N.setAttribute("transform",`translate(${P.toFixed(2)} ${b.toFixed(2)}) scale(${T}\
)`),N.style.display=k[0]&&k[1]||v>36?"":"none"}}function _(u,p){let y=s.findIndex(k=>k.matches(":focus-visible"));if(x.style.display=y<0?"none":"",y<0)return;let T=G(
p,U(u,y));D(x,{x:T.x-6,y:T.y-6,width:T.width+12,height:T.height+12})}function A(u,p){for(let y of u.moved)m(y,u,p);for(let y=0;y<e.length;y++)M(y,u);L(u,p),d(u,
p),R(u,p),_(u,p)}return{root:r,boxes:s,resize:$,update:A}}function Vt(t,e){let o=e.lower.length,r=[e.marks[e.first*o+t],e.marks[t*o+e.first]];return r.includes(
1)?"t2b-missing":r.includes(2)?"t2b-spurious":""}function Tt(t){let e=0,o=null,r=()=>{e=0,o?.(),o=null,cancelAnimationFrame(e),e=0,t()};return{schedule(c){c&&(o=c),e||=requestAnimationFrame(r)},stop:()=>cancelAnimationFrame(
e)}}function kt(t){let e=h(t,"div",{class:"t2b-live","aria-live":"polite",role:"status"}),o=0;return{say(r){clearTimeout(o),o=setTimeout(()=>O(e,r),400)},stop:()=>clearTimeout(
o)}}var lt=(t,e)=>W(Math.round(t/e)*e);function Xt([t,e],o,r,[c,n],s){if(o<0)return[F(lt(t+r,s),c,e),e];if(o>0)return[t,F(lt(e+r,s),t,n)];let a=F(lt(r,s),c-t,n-e);return[
W(t+a),W(e+a)]}function ut(t,e,o,r,c){let n=[0,1].map(s=>e[s]===0&&e[1-s]!==0?[t.lower[s],t.upper[s]]:Xt([t.lower[s],t.upper[s]],e[s],o[s],r[s],c[s]));return{lower:[
n[0][0],n[1][0]],upper:[n[0][1],n[1][1]]}}function Lt(t,e){let o=null,r=i=>{let l=t.root.getBoundingClientRect(),f=e.scale.width/l.width;return[(i.clientX-l.left)*f,(i.clientY-l.top)*f]},c=i=>St(e.scene,
e.scale,r(i),i.pointerType==="touch"?18:8);function n(i){let l=e.scale.units(i[0]-o.from[0],i[1]-o.from[1]),{limits:f,steps:x}=e.scene;e.move(o.i,ut(o.box,o.grip,
l,f,x))}function s(i){let l=c(i);t.root.style.cursor=l?vt(l.grip):"default",e.hover(l?l.i:-1)}t.root.addEventListener("pointerdown",i=>{if(i.button!==0||o)return;
let l=c(i);l&&(i.preventDefault(),t.root.setPointerCapture(i.pointerId),e.select(l.i),t.boxes[l.i].focus({preventScroll:!0}),t.root.classList.add("t2b-pointing"),
o={...l,box:e.box(l.i),from:r(i),pointer:i.pointerId})}),t.root.addEventListener("touchstart",i=>{let[{clientX:l,clientY:f}]=i.touches;c({clientX:l,clientY:f,pointerType:"\
touch"})&&i.preventDefault()},{passive:!1}),t.root.addEventListener("pointermove",i=>{if(!o)s(i);else if(i.pointerId===o.pointer){let[l,f]=[r(i),o];e.schedule(()=>o===
f&&n(l))}}),t.root.addEventListener("pointerup",i=>{!o||i.pointerId!==o.pointer||(n(r(i)),o=null)});let a=()=>{o&&(e.move(o.i,o.box),o=null)};t.root.addEventListener(
"pointercancel",a),t.root.addEventListener("pointerleave",()=>e.hover(-1)),t.root.addEventListener("focusout",()=>t.root.classList.remove("t2b-pointing")),t.root.
addEventListener("keydown",i=>{t.root.classList.remove("t2b-pointing"),i.key==="Escape"&&a()})}var At={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowDown:[0,-1],ArrowUp:[
0,1]};function Nt(t,e){let{root:o,boxes:r}=t,c=s=>r.indexOf(s.target);function n(s,a,i){let{limits:l,steps:f}=e.scene,x=a.map((g,$)=>2*g*f[$]),w=i?a.map(Math.abs):
[0,0];e.move(s,ut(e.box(s),w,x,l,f))}o.addEventListener("keydown",s=>{let a=c(s);if(a<0||s.ctrlKey||s.altKey||s.metaKey)return;let i={PageDown:1,PageUp:-1}[s.key];
if(s.key in At)n(a,At[s.key],s.shiftKey);else if(i)r[(a+i+r.length)%r.length].focus();else return;s.preventDefault(),s.stopPropagation()}),o.addEventListener("f\
ocusin",s=>{c(s)>=0&&e.select(c(s)),e.schedule()}),o.addEventListener("focusout",()=>e.schedule())}var Zt=t=>Math.round(250-215*F(t,0,1));function Jt(t){return t<.52?"t2b-on-empty":t>.615?"t2b-on-full":"t2b-on-middle"}var Qt={label:"the overlaps",caption:"Sha\
re of the row’s box that lies in the column’s"},qt=t=>Number.isNaN(t)?"not known":K(t),te={1:[213,94,0,255],2:[86,180,233,255]};function Ot(t,e,o){let r=h(t,
"canvas",{class:o,width:e,height:e}),c=r.getContext("2d"),n=c.createImageData(e,e);return{canvas:r,set:(s,a)=>n.data.set(a,4*s),show:()=>c.putImageData(n,0,0)}}
function Rt(t,e,o,{label:r,caption:c}=Qt){let n=e.length,s=h(t,"div",{class:"t2b-heat"}),a=h(s,"div",{class:"t2b-heat-frame",role:"img","aria-label":`Heat map o\
f ${r} of ${Y(n,"box","boxes")}`}),i=Ot(a,n,"t2b-cells t2b-greys"),l=Ot(a,n,"t2b-cells"),f=E(a,"svg",{class:"t2b-heat-overlay","aria-hidden":"true"}),x=h(s,"div",
{class:"t2b-caption"}),w=h(x,"span"),g=h(x,"span",{class:"t2b-bar","aria-hidden":"true"});h(g,"span",{},"0"),h(g,"span",{class:"t2b-ramp"}),h(g,"span",{},"1");let $=n<=
H,m=$?e.map(()=>E(f,"text")):[],M=$?e.map(()=>E(f,"text")):[],L=$?Array.from({length:n*n},()=>E(f,"text")):[],d=[E(f,"rect"),E(f,"rect")],R=$?[]:[E(f,"rect",{class:"\
t2b-band"}),E(f,"rect",{class:"t2b-band"})],_=0,A=1,u=null;function p(b){let v=Math.max(...e.map(z=>z.length));_=$?F(v*7.5+10,26,b*.38):0;let S=Math.floor((_-8)/
7.2),I=Math.min(b-_,340,n*72);A=I/n;let j=v*7.5+8<=A,Q=$?j?24:_:0;a.style.width=`${_+I}px`,a.style.height=`${Q+I}px`;for(let{canvas:z}of[i,l])z.style.left=`${_}\
px`,z.style.top=`${Q}px`,z.style.width=z.style.height=`${I}px`;f.setAttribute("viewBox",`${-_} ${-Q} ${_+I} ${Q+I}`),m.forEach((z,B)=>{O(z,X(e[B],S)),D(z,{x:-6,
y:A*(B+.5)+4,"text-anchor":"end"})}),M.forEach((z,B)=>{let q=A*(B+.5);O(z,X(e[B],S)),D(z,j?{x:q,y:-8,"text-anchor":"middle"}:{x:0,y:0,transform:`translate(${q+4}\
 -6) rotate(-90)`})}),L.forEach((z,B)=>{let[q,Ct]=[Math.floor(B/n),B%n];D(z,{x:A*(Ct+.5),y:A*(q+.5)+4,"text-anchor":"middle"}),z.style.display=A>=30?"":"none"})}
function y(b,v){let S=v.matrix[b],I=Zt(S);i.set(b,Number.isNaN(S)?[0,0,0,0]:[I,I,I,255]);let j=v.marks?v.marks[b]:0;l.set(b,te[j]??[0,0,0,0]),$&&(O(L[b],Number.
isNaN(S)?"":S.toFixed(A>=44?2:1)),L[b].setAttribute("class",j?"t2b-on-middle":Jt(S)))}function T(b){let{first:v,second:S}=b;D(d[0],{class:"t2b-outline",x:S*A,y:v*
A}),D(d[1],{class:"t2b-outline",x:v*A,y:S*A});for(let I of d)D(I,{width:A,height:A});$||(D(R[0],{x:0,y:v*A,width:n*A,height:A}),D(R[1],{x:v*A,y:0,width:A,height:n*
A}))}function k(b){for(let v of b.moved)for(let S=0;S<n;S++)y(v*n+S,b),y(S*n+v,b);i.show(),l.show(),T(b),u=b,N(null)}function N(b){O(w,b?`${e[b.i]} in ${e[b.j]}\
: ${qt(u.matrix[b.i*n+b.j])}`:c)}function P(b){let v=i.canvas.getBoundingClientRect(),S=Math.floor((b.clientY-v.top)/v.height*n),I=Math.floor((b.clientX-v.left)/
v.width*n);return S>=0&&I>=0&&S<n&&I<n?{i:S,j:I}:null}return a.addEventListener("pointermove",b=>N(P(b))),a.addEventListener("pointerleave",()=>N(null)),a.addEventListener(
"click",b=>{let v=P(b);v&&v.i!==v.j&&o(v.i,v.j)}),{figure:s,resize:p,update:k}}var It=t=>t===0||t>=.001&&t<1e3?t.toFixed(3):t.toPrecision(2);function _t(t,e){let o=h(t,"div",{class:"t2b-scores"}),r=h(o,"p",{class:"t2b-title"}),c=(e.length>
1?[0,1]:[]).map(()=>{let i=h(o,"div",{class:"t2b-score"}),l=h(i,"span",{class:"t2b-pair"});return{...{inner:h(l,"span",{class:"t2b-name"}),link:l.appendChild(document.
createTextNode(" in ")),outer:h(l,"span",{class:"t2b-name"})},value:h(i,"strong",{class:"t2b-value"}),meter:h(h(i,"span",{class:"t2b-meter","aria-hidden":"true"}),
"span"),ratio:h(i,"span",{class:"t2b-ratio"})}});function n(i,l,f,x){let w=x.matrix[l*e.length+f],{shared:g,own:$}=mt(U(x,l),U(x,f),x.temperature);O(i.inner,e[l]),
O(i.outer,e[f]),i.inner.className=`t2b-name ${J(l,x)}`,i.outer.className=`t2b-name ${J(f,x)}`,O(i.value,K(w)),i.meter.style.width=`${(100*F(w,0,1)).toFixed(1)}%`,
i.meter.className=J(l,x),O(i.ratio,$>0?`= ${It(g)} / ${It($)}`:"a flat box")}function s(i){if(e.length===1){O(r,"One box has no other to overlap with.");return}
let f=i.temperature>0?`Soft overlap (T = ${W(i.temperature)}): shared / own volume`:"Overlap: shared / own area";O(r,f);let[x,w]=[i.first,i.second].sort((g,$)=>g-
$);n(c[0],x,w,i),n(c[1],w,x,i)}function a(i){if(e.length===1)return"";let l=e.length,[f,x]=[i.first,i.second];return`${e[f]} in ${e[x]}: ${K(i.matrix[f*l+x])}. ${e[x]}\
 in ${e[f]}: ${K(i.matrix[x*l+f])}.`}return{update:s,sentence:a}}function ee(t,e,o){let r=bt(o.get("_targets")),c=o.get("tolerance"),n=h(t,"div",{class:"t2b-task"}),s=h(n,"table"),a=h(h(s,"thead"),"tr");for(let m of["Make","n\
ow","target",""])h(a,"th",{scope:"col"},m);let i=h(s,"tbody"),l=r.slice(0,H).map(()=>{let m=h(i,"tr");return{row:m,cells:[0,1,2,3].map(()=>h(m,"td"))}}),f=r.length-
l.length;f>0&&h(n,"p",{},`The ${l.length} worst of ${r.length} targets.`);let x=h(n,"p",{class:"t2b-verdict"}),w=1/0;function g(m){w=yt(r,m.matrix,e.length);let M=f>
0?[...r].sort((d,R)=>R.off-d.off):r;l.forEach(({row:d,cells:R},_)=>{let{i:A,j:u,value:p,now:y,off:T}=M[_],k=et(T,c);d.className=k?"t2b-met":"t2b-unmet",O(R[0],`${e[A]}\
 in ${e[u]}`),O(R[1],K(y)),O(R[2],K(p)),O(R[3],k?"✓ met":`${y<p?"▲":"▼"} ${K(T)} off`)});let L=et(w,c);n.classList.toggle("t2b-solved",L),O(x,$())}function $(){
let m=`${K(w)}`;return et(w,c)?`✓ Solved: every overlap is within ${c} of its target (remaining error ${m}).`:`Remaining error ${m}: the largest difference; s\
olved at ${c} or less.`}return{update:g,sentence:$}}function oe(t,e,o){let r=e.length,c=h(t,"div",{class:"t2b-task"}),n=h(c,"p",{class:"t2b-verdict"}),s=h(c,"p"),
a=h(c,"p",{class:"t2b-title"}),i=h(c,"ul"),l=h(c,"p",{class:"t2b-legend"});h(l,"span",{class:"t2b-swatch t2b-missing"},"missing: true, but the boxes lack it"),h(
l,"span",{class:"t2b-swatch t2b-spurious"},"spurious: untrue, but they show it");let f=null;function x(m){let M=[],L=(d,R)=>{let _=m.marks[d*r+R];if(!_)return;let A=_===
1?"should lie":"should not lie",u=K(m.matrix[d*r+R]);M.push({mark:_,text:`${e[d]} ${A} in ${e[R]} (${u})`})};for(let d=0;d<r;d++)L(m.first,d),L(d,m.first);return M}
function w(m){let M=x(m);O(a,`Wrong for ${e[m.first]}: ${M.length||"nothing"}`);let L=M.slice(0,4);for(M.length>4&&L.push({mark:0,text:`and ${M.length-4} more`});i.
children.length<L.length;)h(i,"li");for(;i.children.length>L.length;)i.lastChild.remove();L.forEach(({mark:d,text:R},_)=>{O(i.children[_],R),i.children[_].className=
{1:"t2b-missing",2:"t2b-spurious"}[d]??""})}function g(m){f=xt(m.marks,m.startMarks,o),O(n,$());let{broken:M,repaired:L}=f;O(s,M||L?`Since the start: ${M} newly\
 broken, ${L} repaired.`:"As the model left it. Move a box to see which relations break."),w(m)}function $(){let{missing:m,spurious:M,f1:L}=f,d=Number.isNaN(L)?
"":` F1 ${L.toFixed(3)}.`;return`${Y(m+M,"relation differs","relations differ")} from the truth: ${m} missing, ${M} spurious.${d}`}return{update:g,sentence:$}}function Ut(t,e,o){
let r=o.get("mode");return r==="target"?ee(t,e,o):r==="learned"?oe(t,e,o.get("_truth")):{update(){},sentence:()=>""}}var re=(t,e,o)=>Math.abs(t-e)<=o/2?e:W(t);function Ft(t,e,o){let r=(c,n)=>{let s=t.get(c).slice();return s[e]=n,s};t.set({lower:r("lower",o.lower),upper:r("uppe\
r",o.upper)})}function ne(t,e){let o=t.get("first");e!==o&&(t.set({first:e,second:o}),t.save_changes())}function se({model:t}){let e=()=>U({lower:t.get("lower"),
upper:t.get("upper")},t.get("first")),o=()=>{let{lower:s,upper:a}=e();t.set({selected_x:[s[0],a[0]],selected_y:[s[1],a[1]]})},r=()=>{let s=[t.get("selected_x"),
t.get("selected_y")],a=t.get("_steps"),i=(x,w)=>s.map((g,$)=>re(g[x],w[$],a[$])),{lower:l,upper:f}=e();Ft(t,t.get("first"),{lower:i(0,l),upper:i(1,f)}),o()},c=[
t.get("first"),t.get("second")],n=()=>{let s=[t.get("first"),t.get("second")];s[0]===s[1]&&t.get("names").length>1&&(s=[c[1],c[0]]),c=s,t.set({first:s[0],second:s[1]}),
o()};t.on("change:lower",o),t.on("change:upper",o),t.on("change:first",n),t.on("change:second",n),t.on("change:selected_x",r),t.on("change:selected_y",r)}function ie(t,e){
let o=h(t,"div",{class:"t2b-toolbar"}),r=(c,n)=>h(o,"button",{type:"button",...tt},c).addEventListener("click",()=>{e.set(n()),e.save_changes()});e.get("names").
length>1&&r("⇄ Swap",()=>({first:e.get("second"),second:e.get("first")})),r("↺ Reset",()=>e.get("_start"))}function ce(t,e,o){let r=(n,s)=>n[0]===s[0]&&n[1]===
s[1];return[...t.keys()].filter(n=>!o||!r(t[n],o.lower[n])||!r(e[n],o.upper[n]))}function ae(t,e){let[o,r]=[t.get("lower"),t.get("upper")],c=t.get("temperature"),
n=e&&e.temperature===c,s=o.length,a={lower:o,upper:r,temperature:c,first:t.get("first"),second:t.get("second"),limits:t.get("_limits"),steps:t.get("_steps"),hovered:e?
e.hovered:-1,matrix:e?e.matrix:new Float64Array(s*s),marks:e?e.marks:null,startMarks:e?e.startMarks:null,moved:ce(o,r,n?e:null)};return nt(a.matrix,a,a.moved),t.
get("mode")==="learned"&&le(t,a,n),a}function le(t,e,o){let[r,c]=[t.get("_truth"),t.get("threshold")],n=r.length;if(!o){let s=[...r.keys()],a={...t.get("_start"),
temperature:e.temperature},i=new Float64Array(n*n);nt(i,a,s),e.startMarks=new Uint8Array(n*n),st(e.startMarks,i,r,c,s),e.marks=new Uint8Array(n*n)}st(e.marks,e.
matrix,r,c,e.moved)}var ue="Drag a box by its body, an edge or a corner. Keyboard: Tab to a box; arrow keys move it, Shift + arrow keys resize it, Page Up and P\
age Down go to another box. The last two boxes that you took are compared.",Pt=0;function fe({model:t,el:e}){let o=t.get("names"),r={help:`t2b-help-${++Pt}`,hatch:`\
t2b-hatch-${Pt}`},c=h(e,"div",{class:"t2b-playground t2b-themed","data-mode":t.get("mode")}),n=h(c,"div",{class:"t2b-layout"}),s=h(n,"div",{class:"t2b-stage"});
ie(n,t);let a=h(n,"div",{class:"t2b-side"}),i=Et(s,o,r),l=_t(a,o),f=Ut(a,o,t),x=Rt(a,o,(d,R)=>{t.set({first:d,second:R}),t.save_changes()});h(n,"p",{class:"t2b-\
help",id:r.help},ue);let w=kt(c),g={scene:null,scale:null,box:d=>U({lower:t.get("lower"),upper:t.get("upper")},d),select:d=>ne(t,d),move(d,R){Ft(t,d,R),t.save_changes()}};
function $(d=!1){g.scale&&(g.scene=ae(t,g.scene),d&&(g.scene.moved=[...o.keys()]),i.update(g.scene,g.scale),x.update(g.scene),l.update(g.scene),f.update(g.scene),
w.say(`${l.sentence(g.scene)} ${f.sentence()}`.trim()))}function m(){let d=Math.floor(s.clientWidth);d<50||(g.scale=$t(t.get("_limits"),d,F(Math.round(d*.85),280,
600)),i.resize(g.scale,t.get("_limits")),x.resize(x.figure.clientWidth),$(!0))}let M=Tt($);g.schedule=M.schedule,g.hover=d=>{!g.scene||g.scene.hovered===d||(g.scene.
hovered=d,M.schedule())},Lt(i,g),Nt(i,g);for(let d of["lower","upper","first","second","temperature"])t.on(`change:${d}`,()=>M.schedule());t.on("change:_limits",
m);let L=new ResizeObserver(m);return L.observe(s),()=>{L.disconnect(),M.stop(),w.stop()}}var io={initialize:se,render:fe};export{io as default};
