/* Built from t2b_lib/widgets/js by `make bundle`. Sources: c83ffbf1f7b7704f94b4c1e07fd865317fab983f980286697c6018f5a6bb2779 */
var Pt="http://www.w3.org/2000/svg",Q={"data-lm-suppress-shortcuts":"true"};function lt(t,e,r){for(let[o,c]of Object.entries(e))o.startsWith("on")?t.addEventListener(
o.slice(2),c):o.startsWith("--")?t.style.setProperty(o,c):c!=null&&t.setAttribute(o,c);return t.append(...r.filter(o=>o!=null)),t}var Ct=(t,e={},...r)=>lt(document.
createElement(t),e,r),f=(t,e,r={},...o)=>t.appendChild(Ct(e,r,...o)),T=(t,e,r={},...o)=>t.appendChild(lt(document.createElementNS(Pt,e),r,o));function F(t,e){for(let[
r,o]of Object.entries(e))t.setAttribute(r,typeof o=="number"?o.toFixed(2):o)}function L(t,e){t.textContent!==e&&(t.textContent=e)}var zt=.5772156649015329,tt=1e-4,Dt=1e-13,Kt=1e-19,Wt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),ut=(t,e,r)=>Math.max(t,e)+r*Math.log1p(Math.exp(-Math.abs(t-e)/
r)),et=(t,e)=>Wt(t-2*zt*tt,e)+Dt;function pt(t,e,r,o,c){if(c===0)return Math.min(e,o)-Math.max(t,r);let i=ut(t,r,tt);return-ut(-e,-o,tt)-i}function ft(t,e,r,o,c){
let i=pt(t,e,r,o,c),n=e-t;return c>0?et(i,c)/et(n,c):n<=Kt?i>=0?1:0:Math.max(i,0)/n}function ht(t,e,r=0){return ft(t.lower[0],t.upper[0],e.lower[0],e.upper[0],r)*
ft(t.lower[1],t.upper[1],e.lower[1],e.upper[1],r)}function dt(t,e,r){let o=n=>r>0?et(n,r):Math.max(n,0),c=1,i=1;for(let n of[0,1]){let a=pt(t.lower[n],t.upper[n],
e.lower[n],e.upper[n],r);c*=o(a),i*=o(t.upper[n]-t.lower[n])}return{shared:c,own:i}}var R=(t,e)=>({lower:t.lower[e],upper:t.upper[e]});function ot(t,e,r){let o=e.
lower.length,c=new Uint8Array(o);for(let i of r)c[i]=1;for(let i of r){let n=R(e,i);for(let a=0;a<o;a++){let s=R(e,a);t[i*o+a]=ht(n,s,e.temperature),c[a]||(t[a*
o+i]=ht(s,n,e.temperature))}}}function rt(t,e,r,o,c){let i=r.length,n=(a,s)=>{if(a===s||r[a][s]===null)return 0;let l=e[a*i+s],h=l>o&&l>e[s*i+a];return h===r[a][s]>0?0:h?2:1};for(let a of c)
for(let s=0;s<i;s++)t[a*i+s]=n(a,s),t[s*i+a]=n(s,a)}function gt(t,e,r){let o=r.length,c={missing:0,spurious:0,broken:0,repaired:0},i=0;for(let n=0;n<o;n++)for(let a=0;a<
o;a++){if(n===a||r[n][a]===null)continue;let s=t[n*o+a];s===1?c.missing++:s===2?c.spurious++:r[n][a]>0&&i++,s&&!e[n*o+a]&&c.broken++,!s&&e[n*o+a]&&c.repaired++}
return c.f1=2*i/(2*i+c.missing+c.spurious),c}function mt(t){let e=[];return t.forEach((r,o)=>r.forEach((c,i)=>{o!==i&&c!==null&&e.push({i:o,j:i,value:c,now:0,off:0})})),
e}function xt(t,e,r){for(let o of t)o.now=e[o.i*r+o.j],o.off=Math.abs(o.now-o.value);return Math.max(...t.map(o=>o.off))}var q=(t,e)=>t<=e+1e-9;var N=(t,e,r)=>Math.min(Math.max(t,e),r),K=t=>Number(t.toPrecision(12)),nt=t=>Number(t.toPrecision(4)),z=t=>t.toFixed(3),V=(t,e)=>t.length>e?`${t.slice(0,e-1)}…`:
t,j=(t,e,r=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:r}`;function st(t,e,r){let o=(e-t)/r,c=10**Math.floor(Math.log10(o)),i=[1,2,5,10].map(a=>a*c).find(a=>a>=o*(1-1e-9)),n=[];for(let a=Math.ceil(t/i-1e-9);a*i<=e+i*1e-9;a++)
n.push(K(a*i));return n}var it=30,U={left:40,right:10,top:10,bottom:24};function yt(t,e,r){let o={x:e-U.left-U.right,y:r-U.top-U.bottom},[[c,i],[n,a]]=t,s=[o.x/
(i-c),-o.y/(a-n)];return{width:e,height:r,x:l=>U.left+(l-c)*s[0],y:l=>U.top+(l-a)*s[1],units:(l,h)=>[l/s[0],h/s[1]]}}function B(t,e){let[r,o]=[t.x(e.lower[0]),t.
y(e.upper[1])];return{x:r,y:o,width:t.x(e.upper[0])-r,height:t.y(e.lower[1])-o}}function bt(t,[e,r],o){if(e<t.x-o||e>t.x+t.width+o||r<t.y-o||r>t.y+t.height+o)return null;
let i=(a,s)=>{let l=Math.min(o,s/3);return a<=l&&a<=s-a?-1:s-a<=l?1:0},n=[i(e-t.x,t.width),-i(r-t.y,t.height)];return n[0]||n[1]?n:null}var Bt={"0,0":"move","1,\
0":"ew-resize","0,1":"ns-resize","1,1":"nesw-resize"};function wt(t){return t[0]*t[1]<0?"nwse-resize":Bt[[Math.abs(t[0]),Math.abs(t[1])]]}function $t(t,e,r,o){let c=bt(
B(e,R(t,t.first)),r,o);if(c)return{i:t.first,grip:c};let i=null,n=1/0;for(let a=0;a<t.lower.length;a++){let s=B(e,R(t,a)),[l,h]=[r[0]-s.x,r[1]-s.y],b=l>=-3&&h>=
-3&&l<=s.width+3&&h<=s.height+3,w=s.width*s.height;!b||w>n||w===n&&a!==t.first||(n=w,i={i:a,grip:bt(s,r,o)??[0,0]})}return i}function vt(t,e,r,o){let[c,i]=[Math.
min(e.length,it)*7.5+12,20],[n,a]=[U.left,r.height-U.bottom],s=r.width-U.right,l=c<=t.width&&i<=t.height,[h,b]=[t.y+t.height-i,t.y+t.height],w=l?[[t.x,t.y],[t.x,
h],[t.x+t.width-c,t.y]]:[];for(let m=0;m<5;m++)w.push([t.x,t.y-i*(m+1)],[t.x,b+i*m]);let $=w.map(([m,S])=>({x:N(m,n,Math.max(n,s-c)),y:N(S,U.top,a-i),width:c,height:i})),
k=m=>o.every(S=>!Gt(m,S));return $.find(k)??$[0]}var Gt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&e.y<t.y+t.height;var jt=7,Y=12;function Z(t,e){return e.lower.length<=jt&&!e.marks?`t2b-hue-${t}`:t===e.first?"t2b-hue-0":t===e.second?"t2b-hue-1":"t2b-hue-none"}function St(t,e,r){
let o=T(t,"svg",{class:"t2b-drawing",role:"application","aria-label":`Drawing of ${j(e.length,"box","boxes")}`,"aria-describedby":r.help}),c=T(T(o,"defs"),"patt\
ern",{id:r.hatch,class:"t2b-hatch",width:7,height:7,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"});T(c,"line",{x1:0,y1:0,x2:0,y2:7});let i=T(o,"g",
{class:"t2b-axes","aria-hidden":"true"}),n=e.map((u,g)=>{let M=T(o,"g",{"data-box":g,...{role:"button","aria-roledescription":"box"},...Q});return T(M,"title",{},
u),T(M,"rect"),M}),a=T(o,"rect",{class:"t2b-shared",fill:`url(#${r.hatch})`}),s=T(o,"g",{class:"t2b-handles","aria-hidden":"true"}),h=[-1,0,1].flatMap(u=>[-1,0,
1].map(g=>[u,g])).filter(([u,g])=>u||g).map(u=>{let g=T(s,"g",{class:u[0]&&u[1]?"t2b-corner":"t2b-edge"});return T(g,"rect",{x:-4.5,y:-4.5,width:9,height:9,rx:2}),
{grip:u,knob:g}}),b=T(o,"rect",{class:"t2b-ring",rx:5}),w=e.map(u=>T(o,"text",{"aria-hidden":"true"},V(u,it)));function $(u,g){i.replaceChildren();let v=u.height-
U.bottom,M=u.width-U.right;for(let E of st(...g[0],u.width/90)){let p=u.x(E);T(i,"line",{x1:p,x2:p,y1:U.top,y2:v}),T(i,"text",{x:p,y:v+16,"text-anchor":"middle"},
String(E))}for(let E of st(...g[1],u.height/70)){let p=u.y(E);T(i,"line",{x1:U.left,x2:M,y1:p,y2:p}),T(i,"text",{x:U.left-6,y:p+4,"text-anchor":"end"},String(E))}}
function k(u,g){F(o,{viewBox:`0 0 ${u.width} ${u.height}`,height:u.height}),$(u,g)}function m(u,g,v){let{lower:M,upper:E}=R(g,u);F(n[u].lastChild,B(v,{lower:M,upper:E}));
let p=x=>`from ${nt(M[x])} to ${nt(E[x])}`;n[u].setAttribute("aria-label",`${e[u]}, x ${p(0)}, y ${p(1)}`)}function S(u,g){let v={[g.second]:"t2b-compared",[g.first]:"\
t2b-selected"}[u]??"",M=g.marks?Yt(u,g):"";n[u].setAttribute("class",`t2b-box ${Z(u,g)} ${v} ${M}`),n[u].setAttribute("aria-pressed",String(u===g.first)),n[u].tabIndex=
u===g.first||e.length<=Y?0:-1}function I(u,g){let{first:v,second:M,hovered:E}=u,p=[...new Set([v,M])],x=e.length>Y?[E].filter(P=>P>=0):e.keys(),A=new Set([...p,
...x]),O=[];for(let P of A){let D=vt(B(g,R(u,P)),e[P],g,O);O.push(D);let _=p.includes(P)?"t2b-label-pair":"";F(w[P],{class:`t2b-label ${_}`,x:D.x+6,y:D.y+15})}w.
forEach((P,D)=>P.style.display=A.has(D)?"":"none")}function d(u,g){let[v,M]=[R(u,u.first),R(u,u.second)],E={lower:[0,1].map(x=>Math.max(v.lower[x],M.lower[x])),
upper:[0,1].map(x=>Math.min(v.upper[x],M.upper[x]))},p=[0,1].every(x=>E.upper[x]>=E.lower[x]);a.style.display=p&&u.first!==u.second?"":"none",p&&F(a,B(g,E))}function y(u,g){
let v=B(g,R(u,u.first)),M=N(Math.min(v.width,v.height)/30,.5,1);for(let{grip:E,knob:p}of h){let x=v.x+v.width*(E[0]+1)/2,A=v.y+v.height*(1-E[1])/2,O=E[0]?v.height:
v.width;p.setAttribute("transform",`translate(${x.toFixed(2)} ${A.toFixed(2)}) scale(${M})`),p.style.display=E[0]&&E[1]||O>36?"":"none"}}function C(u,g){let v=n.
findIndex(E=>E.matches(":focus-visible"));if(b.style.display=v<0?"none":"",v<0)return;let M=B(g,R(u,v));F(b,{x:M.x-6,y:M.y-6,width:M.width+12,height:M.height+12})}
function G(u,g){for(let v of u.moved)m(v,u,g);for(let v=0;v<e.length;v++)S(v,u);I(u,g),d(u,g),y(u,g),C(u,g)}return{root:o,boxes:n,resize:k,update:G}}function Yt(t,e){
let r=e.lower.length,o=[e.marks[e.first*r+t],e.marks[t*r+e.first]];return o.includes(1)?"t2b-missing":o.includes(2)?"t2b-spurious":""}function Mt(t){let e=0,r=null,o=()=>{e=0,r?.(),r=null,cancelAnimationFrame(e),e=0,t()};return{schedule(c){c&&(r=c),e||=requestAnimationFrame(o)},stop:()=>cancelAnimationFrame(
e)}}function Et(t){let e=f(t,"div",{class:"t2b-live","aria-live":"polite",role:"status"}),r=0;return{say(o){clearTimeout(r),r=setTimeout(()=>L(e,o),400)},stop:()=>clearTimeout(
r)}}var ct=(t,e)=>K(Math.round(t/e)*e);function Ht([t,e],r,o,[c,i],n){if(r<0)return[N(ct(t+o,n),c,e),e];if(r>0)return[t,N(ct(e+o,n),t,i)];let a=N(ct(o,n),c-t,i-e);return[
K(t+a),K(e+a)]}function at(t,e,r,o,c){let i=[0,1].map(n=>e[n]===0&&e[1-n]!==0?[t.lower[n],t.upper[n]]:Ht([t.lower[n],t.upper[n]],e[n],r[n],o[n],c[n]));return{lower:[
i[0][0],i[1][0]],upper:[i[0][1],i[1][1]]}}function kt(t,e){let r=null,o=s=>{let l=t.root.getBoundingClientRect(),h=e.scale.width/l.width;return[(s.clientX-l.left)*h,(s.clientY-l.top)*h]},c=s=>$t(e.scene,
e.scale,o(s),s.pointerType==="touch"?18:8);function i(s){let l=e.scale.units(s[0]-r.from[0],s[1]-r.from[1]),{limits:h,steps:b}=e.scene;e.move(r.i,at(r.box,r.grip,
l,h,b))}function n(s){let l=c(s);t.root.style.cursor=l?wt(l.grip):"default",e.hover(l?l.i:-1)}t.root.addEventListener("pointerdown",s=>{if(s.button!==0||r)return;
let l=c(s);l&&(s.preventDefault(),t.root.setPointerCapture(s.pointerId),e.select(l.i),t.boxes[l.i].focus({preventScroll:!0}),t.root.classList.add("t2b-pointing"),
r={...l,box:e.box(l.i),from:o(s),pointer:s.pointerId})}),t.root.addEventListener("touchstart",s=>{let[{clientX:l,clientY:h}]=s.touches;c({clientX:l,clientY:h,pointerType:"\
touch"})&&s.preventDefault()},{passive:!1}),t.root.addEventListener("pointermove",s=>{if(!r)n(s);else if(s.pointerId===r.pointer){let[l,h]=[o(s),r];e.schedule(()=>r===
h&&i(l))}}),t.root.addEventListener("pointerup",s=>{!r||s.pointerId!==r.pointer||(i(o(s)),r=null)});let a=()=>{r&&(e.move(r.i,r.box),r=null)};t.root.addEventListener(
"pointercancel",a),t.root.addEventListener("pointerleave",()=>e.hover(-1)),t.root.addEventListener("focusout",()=>t.root.classList.remove("t2b-pointing")),t.root.
addEventListener("keydown",s=>{t.root.classList.remove("t2b-pointing"),s.key==="Escape"&&a()})}var Tt={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowDown:[0,-1],ArrowUp:[
0,1]};function At(t,e){let{root:r,boxes:o}=t,c=n=>o.indexOf(n.target);function i(n,a,s){let{limits:l,steps:h}=e.scene,b=a.map(($,k)=>2*$*h[k]),w=s?a.map(Math.abs):
[0,0];e.move(n,at(e.box(n),w,b,l,h))}r.addEventListener("keydown",n=>{let a=c(n);if(a<0||n.ctrlKey||n.altKey||n.metaKey)return;let s={PageDown:1,PageUp:-1}[n.key];
if(n.key in Tt)i(a,Tt[n.key],n.shiftKey);else if(s)o[(a+s+o.length)%o.length].focus();else return;n.preventDefault(),n.stopPropagation()}),r.addEventListener("f\
ocusin",n=>{c(n)>=0&&e.select(c(n)),e.schedule()}),r.addEventListener("focusout",()=>e.schedule())}var Vt=t=>Math.round(250-215*N(t,0,1));function Xt(t){return t<.52?"t2b-on-empty":t>.615?"t2b-on-full":"t2b-on-middle"}var Zt={1:[213,94,0,255],2:[86,180,233,255]};
function Lt(t,e,r){let o=f(t,"canvas",{class:r,width:e,height:e}),c=o.getContext("2d"),i=c.createImageData(e,e);return{canvas:o,set:(n,a)=>i.data.set(a,4*n),show:()=>c.
putImageData(i,0,0)}}function It(t,e,r){let o=e.length,c=f(t,"div",{class:"t2b-heat"}),i=f(c,"div",{class:"t2b-heat-frame",role:"img","aria-label":`Heat map of \
the overlaps of ${j(o,"box","boxes")}`}),n=Lt(i,o,"t2b-cells t2b-greys"),a=Lt(i,o,"t2b-cells"),s=T(i,"svg",{class:"t2b-heat-overlay","aria-hidden":"true"}),l=f(
c,"div",{class:"t2b-caption"}),h=f(l,"span"),b=f(l,"span",{class:"t2b-bar","aria-hidden":"true"});f(b,"span",{},"0"),f(b,"span",{class:"t2b-ramp"}),f(b,"span",{},
"1");let w=o<=Y,$=w?e.map(()=>T(s,"text")):[],k=w?e.map(()=>T(s,"text")):[],m=w?Array.from({length:o*o},()=>T(s,"text")):[],S=[T(s,"rect"),T(s,"rect")],I=w?[]:[
T(s,"rect",{class:"t2b-band"}),T(s,"rect",{class:"t2b-band"})],d=0,y=1,C=null;function G(p){let x=Math.max(...e.map(_=>_.length));d=w?N(x*7.5+10,26,p*.38):0;let A=Math.
floor((d-8)/7.2),O=Math.min(p-d,340,o*72);y=O/o;let P=x*7.5+8<=y,D=w?P?24:d:0;i.style.width=`${d+O}px`,i.style.height=`${D+O}px`;for(let{canvas:_}of[n,a])_.style.
left=`${d}px`,_.style.top=`${D}px`,_.style.width=_.style.height=`${O}px`;s.setAttribute("viewBox",`${-d} ${-D} ${d+O} ${D+O}`),$.forEach((_,W)=>{L(_,V(e[W],A)),
F(_,{x:-6,y:y*(W+.5)+4,"text-anchor":"end"})}),k.forEach((_,W)=>{let J=y*(W+.5);L(_,V(e[W],A)),F(_,P?{x:J,y:-8,"text-anchor":"middle"}:{x:0,y:0,transform:`trans\
late(${J+4} -6) rotate(-90)`})}),m.forEach((_,W)=>{let[J,Ft]=[Math.floor(W/o),W%o];F(_,{x:y*(Ft+.5),y:y*(J+.5)+4,"text-anchor":"middle"}),_.style.display=y>=30?
"":"none"})}function u(p,x){let A=x.matrix[p],O=Vt(A);n.set(p,[O,O,O,255]);let P=x.marks?x.marks[p]:0;a.set(p,Zt[P]??[0,0,0,0]),w&&(L(m[p],y>=44?A.toFixed(2):A.
toFixed(1)),m[p].setAttribute("class",P?"t2b-on-middle":Xt(A)))}function g(p){let{first:x,second:A}=p;F(S[0],{class:"t2b-outline",x:A*y,y:x*y}),F(S[1],{class:"t\
2b-outline",x:x*y,y:A*y});for(let O of S)F(O,{width:y,height:y});w||(F(I[0],{x:0,y:x*y,width:o*y,height:y}),F(I[1],{x:x*y,y:0,width:y,height:o*y}))}function v(p){
for(let x of p.moved)for(let A=0;A<o;A++)u(x*o+A,p),u(A*o+x,p);n.show(),a.show(),g(p),C=p,M(null)}function M(p){L(h,p?`${e[p.i]} in ${e[p.j]}: ${z(C.matrix[p.i*
o+p.j])}`:"Share of the row’s box that lies in the column’s")}function E(p){let x=n.canvas.getBoundingClientRect(),A=Math.floor((p.clientY-x.top)/x.height*o),
O=Math.floor((p.clientX-x.left)/x.width*o);return A>=0&&O>=0&&A<o&&O<o?{i:A,j:O}:null}return i.addEventListener("pointermove",p=>M(E(p))),i.addEventListener("po\
interleave",()=>M(null)),i.addEventListener("click",p=>{let x=E(p);x&&x.i!==x.j&&r(x.i,x.j)}),{figure:c,resize:G,update:v}}var Ot=t=>t===0||t>=.001&&t<1e3?t.toFixed(3):t.toPrecision(2);function Rt(t,e){let r=f(t,"div",{class:"t2b-scores"}),o=f(r,"p",{class:"t2b-title"}),c=(e.length>
1?[0,1]:[]).map(()=>{let s=f(r,"div",{class:"t2b-score"}),l=f(s,"span",{class:"t2b-pair"});return{...{inner:f(l,"span",{class:"t2b-name"}),link:l.appendChild(document.
createTextNode(" in ")),outer:f(l,"span",{class:"t2b-name"})},value:f(s,"strong",{class:"t2b-value"}),meter:f(f(s,"span",{class:"t2b-meter","aria-hidden":"true"}),
"span"),ratio:f(s,"span",{class:"t2b-ratio"})}});function i(s,l,h,b){let w=b.matrix[l*e.length+h],{shared:$,own:k}=dt(R(b,l),R(b,h),b.temperature);L(s.inner,e[l]),
L(s.outer,e[h]),s.inner.className=`t2b-name ${Z(l,b)}`,s.outer.className=`t2b-name ${Z(h,b)}`,L(s.value,z(w)),s.meter.style.width=`${(100*N(w,0,1)).toFixed(1)}%`,
s.meter.className=Z(l,b),L(s.ratio,k>0?`= ${Ot($)} / ${Ot(k)}`:"a flat box")}function n(s){if(e.length===1){L(o,"One box has no other to overlap with.");return}
let h=s.temperature>0?`Soft overlap (T = ${K(s.temperature)}): shared / own volume`:"Overlap: shared / own area";L(o,h);let[b,w]=[s.first,s.second].sort(($,k)=>$-
k);i(c[0],b,w,s),i(c[1],w,b,s)}function a(s){if(e.length===1)return"";let l=e.length,[h,b]=[s.first,s.second];return`${e[h]} in ${e[b]}: ${z(s.matrix[h*l+b])}. ${e[b]}\
 in ${e[h]}: ${z(s.matrix[b*l+h])}.`}return{update:n,sentence:a}}function Jt(t,e,r){let o=mt(r.get("_targets")),c=r.get("tolerance"),i=f(t,"div",{class:"t2b-task"}),n=f(i,"table"),a=f(f(n,"thead"),"tr");for(let m of["Make","n\
ow","target",""])f(a,"th",{scope:"col"},m);let s=f(n,"tbody"),l=o.slice(0,Y).map(()=>{let m=f(s,"tr");return{row:m,cells:[0,1,2,3].map(()=>f(m,"td"))}}),h=o.length-
l.length;h>0&&f(i,"p",{},`The ${l.length} worst of ${o.length} targets.`);let b=f(i,"p",{class:"t2b-verdict"}),w=1/0;function $(m){w=xt(o,m.matrix,e.length);let S=h>
0?[...o].sort((d,y)=>y.off-d.off):o;l.forEach(({row:d,cells:y},C)=>{let{i:G,j:u,value:g,now:v,off:M}=S[C],E=q(M,c);d.className=E?"t2b-met":"t2b-unmet",L(y[0],`${e[G]}\
 in ${e[u]}`),L(y[1],z(v)),L(y[2],z(g)),L(y[3],E?"✓ met":`${v<g?"▲":"▼"} ${z(M)} off`)});let I=q(w,c);i.classList.toggle("t2b-solved",I),L(b,k())}function k(){
let m=`${z(w)}`;return q(w,c)?`✓ Solved: every overlap is within ${c} of its target (remaining error ${m}).`:`Remaining error ${m}: the largest difference; so\
lved at ${c} or less.`}return{update:$,sentence:k}}function Qt(t,e,r){let o=e.length,c=f(t,"div",{class:"t2b-task"}),i=f(c,"p",{class:"t2b-verdict"}),n=f(c,"p"),
a=f(c,"p",{class:"t2b-title"}),s=f(c,"ul"),l=f(c,"p",{class:"t2b-legend"});f(l,"span",{class:"t2b-swatch t2b-missing"},"missing: true, but the boxes lack it"),f(
l,"span",{class:"t2b-swatch t2b-spurious"},"spurious: untrue, but they show it");let h=null;function b(m){let S=[],I=(d,y)=>{let C=m.marks[d*o+y];if(!C)return;let G=C===
1?"should lie":"should not lie",u=z(m.matrix[d*o+y]);S.push({mark:C,text:`${e[d]} ${G} in ${e[y]} (${u})`})};for(let d=0;d<o;d++)I(m.first,d),I(d,m.first);return S}
function w(m){let S=b(m);L(a,`Wrong for ${e[m.first]}: ${S.length||"nothing"}`);let I=S.slice(0,4);for(S.length>4&&I.push({mark:0,text:`and ${S.length-4} more`});s.
children.length<I.length;)f(s,"li");for(;s.children.length>I.length;)s.lastChild.remove();I.forEach(({mark:d,text:y},C)=>{L(s.children[C],y),s.children[C].className=
{1:"t2b-missing",2:"t2b-spurious"}[d]??""})}function $(m){h=gt(m.marks,m.startMarks,r),L(i,k());let{broken:S,repaired:I}=h;L(n,S||I?`Since the start: ${S} newly\
 broken, ${I} repaired.`:"As the model left it. Move a box to see which relations break."),w(m)}function k(){let{missing:m,spurious:S,f1:I}=h,d=Number.isNaN(I)?
"":` F1 ${I.toFixed(3)}.`;return`${j(m+S,"relation differs","relations differ")} from the truth: ${m} missing, ${S} spurious.${d}`}return{update:$,sentence:k}}function _t(t,e,r){
let o=r.get("mode");return o==="target"?Jt(t,e,r):o==="learned"?Qt(t,e,r.get("_truth")):{update(){},sentence:()=>""}}var qt=(t,e,r)=>Math.abs(t-e)<=r/2?e:K(t);function Ut(t,e,r){let o=(c,i)=>{let n=t.get(c).slice();return n[e]=i,n};t.set({lower:o("lower",r.lower),upper:o("uppe\
r",r.upper)})}function te(t,e){let r=t.get("first");e!==r&&(t.set({first:e,second:r}),t.save_changes())}function ee({model:t}){let e=()=>R({lower:t.get("lower"),
upper:t.get("upper")},t.get("first")),r=()=>{let{lower:n,upper:a}=e();t.set({selected_x:[n[0],a[0]],selected_y:[n[1],a[1]]})},o=()=>{let n=[t.get("selected_x"),
t.get("selected_y")],a=t.get("_steps"),s=(b,w)=>n.map(($,k)=>qt($[b],w[k],a[k])),{lower:l,upper:h}=e();Ut(t,t.get("first"),{lower:s(0,l),upper:s(1,h)}),r()},c=[
t.get("first"),t.get("second")],i=()=>{let n=[t.get("first"),t.get("second")];n[0]===n[1]&&t.get("names").length>1&&(n=[c[1],c[0]]),c=n,t.set({first:n[0],second:n[1]}),
r()};t.on("change:lower",r),t.on("change:upper",r),t.on("change:first",i),t.on("change:second",i),t.on("change:selected_x",o),t.on("change:selected_y",o)}function oe(t,e){
let r=f(t,"div",{class:"t2b-toolbar"}),o=(c,i)=>f(r,"button",{type:"button",...Q},c).addEventListener("click",()=>{e.set(i()),e.save_changes()});e.get("names").
length>1&&o("⇄ Swap",()=>({first:e.get("second"),second:e.get("first")})),o("↺ Reset",()=>e.get("_start"))}function re(t,e,r){let o=(i,n)=>i[0]===n[0]&&i[1]===
n[1];return[...t.keys()].filter(i=>!r||!o(t[i],r.lower[i])||!o(e[i],r.upper[i]))}function ne(t,e){let[r,o]=[t.get("lower"),t.get("upper")],c=t.get("temperature"),
i=e&&e.temperature===c,n=r.length,a={lower:r,upper:o,temperature:c,first:t.get("first"),second:t.get("second"),limits:t.get("_limits"),steps:t.get("_steps"),hovered:e?
e.hovered:-1,matrix:e?e.matrix:new Float64Array(n*n),marks:e?e.marks:null,startMarks:e?e.startMarks:null,moved:re(r,o,i?e:null)};return ot(a.matrix,a,a.moved),t.
get("mode")==="learned"&&se(t,a,i),a}function se(t,e,r){let[o,c]=[t.get("_truth"),t.get("threshold")],i=o.length;if(!r){let n=[...o.keys()],a={...t.get("_start"),
temperature:e.temperature},s=new Float64Array(i*i);ot(s,a,n),e.startMarks=new Uint8Array(i*i),rt(e.startMarks,s,o,c,n),e.marks=new Uint8Array(i*i)}rt(e.marks,e.
matrix,o,c,e.moved)}var ie="Drag a box by its body, an edge or a corner. Keyboard: Tab to a box; arrow keys move it, Shift + arrow keys resize it, Page Up and P\
age Down go to another box. The last two boxes that you took are compared.",Nt=0;function ce({model:t,el:e}){let r=t.get("names"),o={help:`t2b-help-${++Nt}`,hatch:`\
t2b-hatch-${Nt}`},c=f(e,"div",{class:"t2b-playground t2b-themed","data-mode":t.get("mode")}),i=f(c,"div",{class:"t2b-layout"}),n=f(i,"div",{class:"t2b-stage"});
oe(i,t);let a=f(i,"div",{class:"t2b-side"}),s=St(n,r,o),l=Rt(a,r),h=_t(a,r,t),b=It(a,r,(d,y)=>{t.set({first:d,second:y}),t.save_changes()});f(i,"p",{class:"t2b-\
help",id:o.help},ie);let w=Et(c),$={scene:null,scale:null,box:d=>R({lower:t.get("lower"),upper:t.get("upper")},d),select:d=>te(t,d),move(d,y){Ut(t,d,y),t.save_changes()}};
function k(d=!1){$.scale&&($.scene=ne(t,$.scene),d&&($.scene.moved=[...r.keys()]),s.update($.scene,$.scale),b.update($.scene),l.update($.scene),h.update($.scene),
w.say(`${l.sentence($.scene)} ${h.sentence()}`.trim()))}function m(){let d=Math.floor(n.clientWidth);d<50||($.scale=yt(t.get("_limits"),d,N(Math.round(d*.85),280,
600)),s.resize($.scale,t.get("_limits")),b.resize(b.figure.clientWidth),k(!0))}let S=Mt(k);$.schedule=S.schedule,$.hover=d=>{!$.scene||$.scene.hovered===d||($.scene.
hovered=d,S.schedule())},kt(s,$),At(s,$);for(let d of["lower","upper","first","second","temperature"])t.on(`change:${d}`,()=>S.schedule());t.on("change:_limits",
m);let I=new ResizeObserver(m);return I.observe(n),()=>{I.disconnect(),S.stop(),w.stop()}}var oo={initialize:ee,render:ce};export{oo as default};
