/* Built from t2b_lib/widgets by `make bundle`. Sources: c3b5d4cb772476381fac838538e6dde37737e21d755011caff405b77a44a9258 */
var Gt="http://www.w3.org/2000/svg",H={"data-lm-suppress-shortcuts":"true"};function ht(t,e,o){for(let[r,a]of Object.entries(e))r.startsWith("on")?t.addEventListener(
r.slice(2),a):r.startsWith("--")?t.style.setProperty(r,a):a!=null&&t.setAttribute(r,a);return t.append(...o.filter(r=>r!=null)),t}var G=(t,e={},...o)=>ht(document.
createElement(t),e,o),h=(t,e,o={},...r)=>t.appendChild(G(e,o,...r)),L=(t,e,o={},...r)=>t.appendChild(ht(document.createElementNS(Gt,e),o,r));function D(t,e){for(let[
o,r]of Object.entries(e))t.setAttribute(o,typeof r=="number"?r.toFixed(2):r)}function k(t,e){t.textContent!==e&&(t.textContent=e)}var Bt=.5772156649015329,rt=1e-4,Yt=1e-13,Ht=1e-19,Vt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),dt=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/
o)),nt=(t,e)=>Vt(t-2*Bt*rt,e)+Yt;function xt(t,e,o,r,a){if(a===0)return Math.min(e,r)-Math.max(t,o);let n=dt(t,o,rt);return-dt(-e,-r,rt)-n}function mt(t,e,o,r,a){
let n=xt(t,e,o,r,a),s=e-t;return a>0?nt(n,a)/nt(s,a):s<=Ht?n>=0?1:0:Math.max(n,0)/s}function gt(t,e,o=0){return mt(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*
mt(t.lower[1],t.upper[1],e.lower[1],e.upper[1],o)}function bt(t,e,o){let r=s=>o>0?nt(s,o):Math.max(s,0),a=1,n=1;for(let s of[0,1]){let c=xt(t.lower[s],t.upper[s],
e.lower[s],e.upper[s],o);a*=r(c),n*=r(t.upper[s]-t.lower[s])}return{shared:a,own:n}}var U=(t,e)=>({lower:t.lower[e],upper:t.upper[e]});function st(t,e,o){let r=e.
lower.length,a=new Uint8Array(r);for(let n of o)a[n]=1;for(let n of o){let s=U(e,n);for(let c=0;c<r;c++){let i=U(e,c);t[n*r+c]=gt(s,i,e.temperature),a[c]||(t[c*
r+n]=gt(i,s,e.temperature))}}}function it(t,e,o,r,a){let n=o.length,s=(c,i)=>{if(c===i||o[c][i]===null)return 0;let l=e[c*n+i],p=l>r&&l>e[i*n+c];return p===o[c][i]>0?0:p?2:1};for(let c of a)
for(let i=0;i<n;i++)t[c*n+i]=s(c,i),t[i*n+c]=s(i,c)}function yt(t,e,o){let r=o.length,a={missing:0,spurious:0,broken:0,repaired:0},n=0;for(let s=0;s<r;s++)for(let c=0;c<
r;c++){if(s===c||o[s][c]===null)continue;let i=t[s*r+c];i===1?a.missing++:i===2?a.spurious++:o[s][c]>0&&n++,i&&!e[s*r+c]&&a.broken++,!i&&e[s*r+c]&&a.repaired++}
return a.f1=2*n/(2*n+a.missing+a.spurious),a}function wt(t){let e=[];return t.forEach((o,r)=>o.forEach((a,n)=>{r!==n&&a!==null&&e.push({i:r,j:n,value:a,now:0,off:0})})),
e}function $t(t,e,o){for(let r of t)r.now=e[r.i*o+r.j],r.off=Math.abs(r.now-r.value);return Math.max(...t.map(r=>r.off))}var ot=(t,e)=>t<=e+1e-9;var _=(t,e,o)=>Math.min(Math.max(t,e),o),K=t=>Number(t.toPrecision(12)),at=t=>Number(t.toPrecision(4)),W=t=>t.toFixed(3),J=(t,e)=>t.length>e?`${t.slice(0,e-1)}…`:
t,V=(t,e,o=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:o}`;function ct(t,e,o){let r=(e-t)/o,a=10**Math.floor(Math.log10(r)),n=[1,2,5,10].map(c=>c*a).find(c=>c>=r*(1-1e-9)),s=[];for(let c=Math.ceil(t/n-1e-9);c*n<=e+n*1e-9;c++)
s.push(K(c*n));return s}var lt=30,C={left:40,right:10,top:10,bottom:24};function Mt(t,e,o){let r={x:e-C.left-C.right,y:o-C.top-C.bottom},[[a,n],[s,c]]=t,i=[r.x/
(n-a),-r.y/(c-s)];return{width:e,height:o,x:l=>C.left+(l-a)*i[0],y:l=>C.top+(l-c)*i[1],units:(l,p)=>[l/i[0],p/i[1]]}}function B(t,e){let[o,r]=[t.x(e.lower[0]),t.
y(e.upper[1])];return{x:o,y:r,width:t.x(e.upper[0])-o,height:t.y(e.lower[1])-r}}function vt(t,[e,o],r){if(e<t.x-r||e>t.x+t.width+r||o<t.y-r||o>t.y+t.height+r)return null;
let n=(c,i)=>{let l=Math.min(r,i/3);return c<=l&&c<=i-c?-1:i-c<=l?1:0},s=[n(e-t.x,t.width),-n(o-t.y,t.height)];return s[0]||s[1]?s:null}var Xt={"0,0":"move","1,\
0":"ew-resize","0,1":"ns-resize","1,1":"nesw-resize"};function St(t){return t[0]*t[1]<0?"nwse-resize":Xt[[Math.abs(t[0]),Math.abs(t[1])]]}function Et(t,e,o,r){let a=vt(
B(e,U(t,t.first)),o,r);if(a)return{i:t.first,grip:a};let n=null,s=1/0;for(let c=0;c<t.lower.length;c++){let i=B(e,U(t,c)),[l,p]=[o[0]-i.x,o[1]-i.y],m=l>=-3&&p>=
-3&&l<=i.width+3&&p<=i.height+3,b=i.width*i.height;!m||b>s||b===s&&c!==t.first||(s=b,n={i:c,grip:vt(i,o,r)??[0,0]})}return n}function Tt(t,e,o,r){let[a,n]=[Math.
min(e.length,lt)*7.5+12,20],[s,c]=[C.left,o.height-C.bottom],i=o.width-C.right,l=a<=t.width&&n<=t.height,[p,m]=[t.y+t.height-n,t.y+t.height],b=l?[[t.x,t.y],[t.x,
p],[t.x+t.width-a,t.y]]:[];for(let f=0;f<5;f++)b.push([t.x,t.y-n*(f+1)],[t.x,m+n*f]);let S=b.map(([f,M])=>({x:_(f,s,Math.max(s,i-a)),y:_(M,C.top,c-n),width:a,height:n})),
v=f=>r.every(M=>!Zt(f,M));return S.find(v)??S[0]}var Zt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&e.y<t.y+t.height;var Jt=7,X=12;function q(t,e){return e.lower.length<=Jt&&!e.marks?`t2b-hue-${t}`:t===e.first?"t2b-hue-0":t===e.second?"t2b-hue-1":"t2b-hue-none"}function At(t,e,o){
let r=L(t,"svg",{class:"t2b-drawing",role:"application","aria-label":`Drawing of ${V(e.length,"box","boxes")}`,"aria-describedby":o.help}),a=L(L(r,"defs"),"patt\
ern",{id:o.hatch,class:"t2b-hatch",width:7,height:7,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"});L(a,"line",{x1:0,y1:0,x2:0,y2:7});let n=L(r,"g",
{class:"t2b-axes","aria-hidden":"true"}),s=e.map((u,g)=>{let N=L(r,"g",{"data-box":g,...{role:"button","aria-roledescription":"box"},...H});return L(N,"title",{},
u),L(N,"rect"),N}),c=L(r,"rect",{class:"t2b-shared",fill:`url(#${o.hatch})`}),i=L(r,"g",{class:"t2b-handles","aria-hidden":"true"}),p=[-1,0,1].flatMap(u=>[-1,0,
1].map(g=>[u,g])).filter(([u,g])=>u||g).map(u=>{let g=L(i,"g",{class:u[0]&&u[1]?"t2b-corner":"t2b-edge"});return L(g,"rect",{x:-4.5,y:-4.5,width:9,height:9,rx:2}),
{grip:u,knob:g}}),m=L(r,"rect",{class:"t2b-ring",rx:5}),b=e.map(u=>L(r,"text",{"aria-hidden":"true"},J(u,lt)));function S(u,g){n.replaceChildren();let $=u.height-
C.bottom,N=u.width-C.right;for(let O of ct(...g[0],u.width/90)){let R=u.x(O);L(n,"line",{x1:R,x2:R,y1:C.top,y2:$}),L(n,"text",{x:R,y:$+16,"text-anchor":"middle"},
String(O))}for(let O of ct(...g[1],u.height/70)){let R=u.y(O);L(n,"line",{class:"t2b-y",x1:C.left,x2:N,y1:R,y2:R}),L(n,"text",{class:"t2b-y",x:C.left-6,y:R+4,"t\
ext-anchor":"end"},String(O))}}function v(u,g){D(r,{viewBox:`0 0 ${u.width} ${u.height}`,height:u.height}),S(u,g)}function f(u,g,$){let{lower:N,upper:O}=U(g,u);
D(s[u].lastChild,B($,{lower:N,upper:O}));let R=w=>`from ${at(N[w])} to ${at(O[w])}`,P=g.inRows?R(0):`x ${R(0)}, y ${R(1)}`;s[u].setAttribute("aria-label",`${e[u]}\
, ${P}`)}function M(u,g){let $={[g.second]:"t2b-compared",[g.first]:"t2b-selected"}[u]??"",N=g.marks?Qt(u,g):"";s[u].setAttribute("class",`t2b-box ${q(u,g)} ${$}\
 ${N}`),s[u].setAttribute("aria-pressed",String(u===g.first)),s[u].tabIndex=u===g.first||e.length<=X?0:-1}function E(u,g){let{first:$,second:N,hovered:O}=u,R=[...new Set(
[$,N])],P=e.length>X?[O].filter(A=>A>=0):e.keys(),w=new Set([...R,...P]),T=[];for(let A of w){let F=Tt(B(g,U(u,A)),e[A],g,T);T.push(F);let Y=R.includes(A)?"t2b-\
label-pair":"";D(b[A],{class:`t2b-label ${Y}`,x:F.x+6,y:F.y+15})}b.forEach((A,F)=>A.style.display=w.has(F)?"":"none")}function y(u,g){let[$,N]=[U(u,u.first),U(u,
u.second)],O={lower:[0,1].map(P=>Math.max($.lower[P],N.lower[P])),upper:[0,1].map(P=>Math.min($.upper[P],N.upper[P]))},R=[0,1].every(P=>O.upper[P]>=O.lower[P]);
c.style.display=R&&u.first!==u.second?"":"none",R&&D(c,B(g,O))}function I(u,g){let $=B(g,U(u,u.first)),N=_(Math.min($.width,$.height)/30,.5,1);for(let{grip:O,knob:R}of p){
let P=$.x+$.width*(O[0]+1)/2,w=$.y+$.height*(1-O[1])/2,T=O[0]?$.height:$.width;R.setAttribute("transform",`translate(${P.toFixed(2)} ${w.toFixed(2)}) scale(${N}\
)`),R.style.display=O[0]&&O[1]||T>36?"":"none"}}function d(u,g){let $=s.findIndex(O=>O.matches(":focus-visible"));if(m.style.display=$<0?"none":"",$<0)return;let N=B(
g,U(u,$));D(m,{x:N.x-6,y:N.y-6,width:N.width+12,height:N.height+12})}function x(u,g){for(let $ of u.moved)f($,u,g);for(let $=0;$<e.length;$++)M($,u);E(u,g),y(u,
g),I(u,g),d(u,g)}return{root:r,boxes:s,resize:v,update:x}}function Qt(t,e){let o=e.lower.length,r=[e.marks[e.first*o+t],e.marks[t*o+e.first]];return r.includes(
1)?"t2b-missing":r.includes(2)?"t2b-spurious":""}function Lt(t){let e=0,o=null,r=()=>{e=0,o?.(),o=null,cancelAnimationFrame(e),e=0,t()};return{schedule(a){a&&(o=a),e||=requestAnimationFrame(r)},stop:()=>cancelAnimationFrame(
e)}}function Nt(t){let e=h(t,"div",{class:"t2b-live","aria-live":"polite",role:"status"}),o=0;return{say(r){clearTimeout(o),o=setTimeout(()=>k(e,r),400)},stop:()=>clearTimeout(
o)}}var ut=(t,e)=>K(Math.round(t/e)*e);function qt([t,e],o,r,[a,n],s){if(o<0)return[_(ut(t+r,s),a,e),e];if(o>0)return[t,_(ut(e+r,s),t,n)];let c=_(ut(r,s),a-t,n-e);return[
K(t+c),K(e+c)]}function ft(t,e,o,r,a){let n=[0,1].map(s=>e[s]===0&&e[1-s]!==0?[t.lower[s],t.upper[s]]:qt([t.lower[s],t.upper[s]],e[s],o[s],r[s],a[s]));return{lower:[
n[0][0],n[1][0]],upper:[n[0][1],n[1][1]]}}function kt(t,e){let o=null,r=i=>{let l=t.root.getBoundingClientRect(),p=e.scale.width/l.width;return[(i.clientX-l.left)*p,(i.clientY-l.top)*p]},a=i=>Et(e.scene,
e.scale,r(i),i.pointerType==="touch"?18:8);function n(i){let l=e.scale.units(i[0]-o.from[0],i[1]-o.from[1]),{limits:p,steps:m}=e.scene;e.move(o.i,ft(o.box,o.grip,
l,p,m))}function s(i){let l=a(i);t.root.style.cursor=l?St(l.grip):"default",e.hover(l?l.i:-1)}t.root.addEventListener("pointerdown",i=>{if(i.button!==0||o)return;
let l=a(i);l&&(i.preventDefault(),t.root.setPointerCapture(i.pointerId),e.select(l.i),t.boxes[l.i].focus({preventScroll:!0}),t.root.classList.add("t2b-pointing"),
o={...l,box:e.box(l.i),from:r(i),pointer:i.pointerId})}),t.root.addEventListener("touchstart",i=>{let[{clientX:l,clientY:p}]=i.touches;a({clientX:l,clientY:p,pointerType:"\
touch"})&&i.preventDefault()},{passive:!1}),t.root.addEventListener("pointermove",i=>{if(!o)s(i);else if(i.pointerId===o.pointer){let[l,p]=[r(i),o];e.schedule(()=>o===
p&&n(l))}}),t.root.addEventListener("pointerup",i=>{!o||i.pointerId!==o.pointer||(n(r(i)),o=null)});let c=()=>{o&&(e.move(o.i,o.box),o=null)};t.root.addEventListener(
"pointercancel",c),t.root.addEventListener("pointerleave",()=>e.hover(-1)),t.root.addEventListener("focusout",()=>t.root.classList.remove("t2b-pointing")),t.root.
addEventListener("keydown",i=>{t.root.classList.remove("t2b-pointing"),i.key==="Escape"&&c()})}var Ot={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowDown:[0,-1],ArrowUp:[
0,1]};function It(t,e){let{root:o,boxes:r}=t,a=s=>r.indexOf(s.target);function n(s,c,i){let{limits:l,steps:p}=e.scene,m=c.map((S,v)=>2*S*p[v]),b=i?c.map(Math.abs):
[0,0];e.move(s,ft(e.box(s),b,m,l,p))}o.addEventListener("keydown",s=>{let c=a(s);if(c<0||s.ctrlKey||s.altKey||s.metaKey)return;let i={PageDown:1,PageUp:-1}[s.key];
if(s.key in Ot)n(c,Ot[s.key],s.shiftKey);else if(i)r[(c+i+r.length)%r.length].focus();else return;s.preventDefault(),s.stopPropagation()}),o.addEventListener("f\
ocusin",s=>{a(s)>=0&&e.select(a(s)),e.schedule()}),o.addEventListener("focusout",()=>e.schedule())}var te=t=>Math.round(250-215*_(t,0,1));function ee(t){return t<.52?"t2b-on-empty":t>.615?"t2b-on-full":"t2b-on-middle"}var oe={label:"the overlaps",caption:"Sha\
re of the row’s box that lies in the column’s"},re=t=>Number.isNaN(t)?"not known":W(t),ne={1:[213,94,0,255],2:[86,180,233,255]};function Rt(t,e,o){let r=h(t,
"canvas",{class:o,width:e,height:e}),a=r.getContext("2d"),n=a.createImageData(e,e);return{canvas:r,set:(s,c)=>n.data.set(c,4*s),show:()=>a.putImageData(n,0,0)}}
function Ft(t,e,o,{label:r,caption:a}=oe){let n=e.length,s=h(t,"div",{class:"t2b-heat"}),c=h(s,"div",{class:"t2b-heat-frame",role:"img","aria-label":`Heat map o\
f ${r} of ${V(n,"box","boxes")}`}),i=Rt(c,n,"t2b-cells t2b-greys"),l=Rt(c,n,"t2b-cells"),p=L(c,"svg",{class:"t2b-heat-overlay","aria-hidden":"true"}),m=h(s,"div",
{class:"t2b-caption"}),b=h(m,"span"),S=h(m,"span",{class:"t2b-bar","aria-hidden":"true"});h(S,"span",{},"0"),h(S,"span",{class:"t2b-ramp"}),h(S,"span",{},"1");let v=n<=
X,f=v?e.map(()=>L(p,"text")):[],M=v?e.map(()=>L(p,"text")):[],E=v?Array.from({length:n*n},()=>L(p,"text")):[],y=[L(p,"rect"),L(p,"rect")],I=v?[]:[L(p,"rect",{class:"\
t2b-band"}),L(p,"rect",{class:"t2b-band"})],d=0,x=1,u=null;function g(w){let T=Math.max(...e.map(z=>z.length));d=v?_(T*7.5+10,26,w*.38):0;let A=Math.floor((d-8)/
7.2),F=Math.min(w-d,340,n*72);x=F/n;let Y=T*7.5+8<=x,tt=v?Y?24:d:0;c.style.width=`${d+F}px`,c.style.height=`${tt+F}px`;for(let{canvas:z}of[i,l])z.style.left=`${d}\
px`,z.style.top=`${tt}px`,z.style.width=z.style.height=`${F}px`;p.setAttribute("viewBox",`${-d} ${-tt} ${d+F} ${tt+F}`),f.forEach((z,j)=>{k(z,J(e[j],A)),D(z,{x:-6,
y:x*(j+.5)+4,"text-anchor":"end"})}),M.forEach((z,j)=>{let et=x*(j+.5);k(z,J(e[j],A)),D(z,Y?{x:et,y:-8,"text-anchor":"middle"}:{x:0,y:0,transform:`translate(${et+
4} -6) rotate(-90)`})}),E.forEach((z,j)=>{let[et,jt]=[Math.floor(j/n),j%n];D(z,{x:x*(jt+.5),y:x*(et+.5)+4,"text-anchor":"middle"}),z.style.display=x>=30?"":"non\
e"})}function $(w,T){let A=T.matrix[w],F=te(A);i.set(w,Number.isNaN(A)?[0,0,0,0]:[F,F,F,255]);let Y=T.marks?T.marks[w]:0;l.set(w,ne[Y]??[0,0,0,0]),v&&(k(E[w],Number.
isNaN(A)?"":A.toFixed(x>=44?2:1)),E[w].setAttribute("class",Y?"t2b-on-middle":ee(A)))}function N(w){let{first:T,second:A}=w;D(y[0],{class:"t2b-outline",x:A*x,y:T*
x}),D(y[1],{class:"t2b-outline",x:T*x,y:A*x});for(let F of y)D(F,{width:x,height:x});v||(D(I[0],{x:0,y:T*x,width:n*x,height:x}),D(I[1],{x:T*x,y:0,width:x,height:n*
x}))}function O(w){for(let T of w.moved)for(let A=0;A<n;A++)$(T*n+A,w),$(A*n+T,w);i.show(),l.show(),N(w),u=w,R(null)}function R(w){k(b,w?`${e[w.i]} in ${e[w.j]}\
: ${re(u.matrix[w.i*n+w.j])}`:a)}function P(w){let T=i.canvas.getBoundingClientRect(),A=Math.floor((w.clientY-T.top)/T.height*n),F=Math.floor((w.clientX-T.left)/
T.width*n);return A>=0&&F>=0&&A<n&&F<n?{i:A,j:F}:null}return c.addEventListener("pointermove",w=>R(P(w))),c.addEventListener("pointerleave",()=>R(null)),c.addEventListener(
"click",w=>{let T=P(w);T&&T.i!==T.j&&o(T.i,T.j)}),{figure:s,resize:g,update:O}}function Ut(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function _t(t,e,o=0){let[r,a]=[Math.
min(...t),Math.max(...t)];if(e&&e[0]<=r&&a<=e[1]&&a-r>=o*(e[1]-e[0]))return{limits:e,step:Ut(e[1]-e[0])};let s=Math.max(.15*(a-r),1e-6*Math.abs(r),1e-6*Math.abs(
a))||.5,c=Ut(a-r+2*s);return{limits:[K(Math.floor((r-s)/c)*c),K(Math.ceil((a+s)/c)*c)],step:c}}var Pt=t=>t===0||t>=.001&&t<1e3?t.toFixed(3):t.toPrecision(2);function Ct(t,e){let o=h(t,"div",{class:"t2b-scores"}),r=h(o,"p",{class:"t2b-title"}),a=(e.length>
1?[0,1]:[]).map(()=>{let i=h(o,"div",{class:"t2b-score"}),l=h(i,"span",{class:"t2b-pair"});return{...{inner:h(l,"span",{class:"t2b-name"}),link:l.appendChild(document.
createTextNode(" in ")),outer:h(l,"span",{class:"t2b-name"})},value:h(i,"strong",{class:"t2b-value"}),meter:h(h(i,"span",{class:"t2b-meter","aria-hidden":"true"}),
"span"),ratio:h(i,"span",{class:"t2b-ratio"})}});function n(i,l,p,m){let b=m.matrix[l*e.length+p],{shared:S,own:v}=bt(U(m,l),U(m,p),m.temperature);k(i.inner,e[l]),
k(i.outer,e[p]),i.inner.className=`t2b-name ${q(l,m)}`,i.outer.className=`t2b-name ${q(p,m)}`,k(i.value,W(b)),i.meter.style.width=`${(100*_(b,0,1)).toFixed(1)}%`,
i.meter.className=q(l,m),k(i.ratio,v>0?`= ${Pt(S)} / ${Pt(v)}`:"a flat box")}function s(i){if(e.length===1){k(r,"One box has no other to overlap with.");return}
let p=i.temperature>0?`Soft overlap (T = ${K(i.temperature)}): shared / own volume`:"Overlap: shared / own area";k(r,p);let[m,b]=[i.first,i.second].sort((S,v)=>S-
v);n(a[0],m,b,i),n(a[1],b,m,i)}function c(i){if(e.length===1)return"";let l=e.length,[p,m]=[i.first,i.second];return`${e[p]} in ${e[m]}: ${W(i.matrix[p*l+m])}. ${e[m]}\
 in ${e[p]}: ${W(i.matrix[m*l+p])}.`}return{update:s,sentence:c}}var pt=(t,e,...o)=>h(t,"div",{class:"t2b-field"},G("span",{class:"t2b-title"},e),...o);function zt(t,e,{get:o,set:r,move:a}){let n=h(t,"div",{class:"t2b-sliders"}),
s=[["selected","first"],["compared with","second"]].map(([m,b])=>{let S=G("select",{"aria-label":m,onchange:()=>r({[b]:S.selectedIndex}),...H},...e.map(v=>G("op\
tion",{},v)));return pt(n,m,S),[S,b]}),c=(m,b)=>{let S=G("input",{type:"range","aria-label":m,...H});return S.addEventListener("input",()=>b(Number(S.value))),S},
i=["x","y"].map((m,b)=>{let S=M=>E=>{let y=o("first"),{lower:I,upper:d}=U({lower:o("lower"),upper:o("upper")},y),x={lower:[...I],upper:[...d]};x[M][b]=M==="lowe\
r"?Math.min(K(E),d[b]):Math.max(K(E),I[b]),a(y,x)},v=["lower","upper"].map(M=>c(`${m}, ${M} edge`,S(M))),f=G("output");return pt(n,`${m} extent`,...v,f),{inputs:v,
readout:f}}),l=c("soft T, 0: exact",m=>r({temperature:K(m)}));Object.assign(l,{min:0,max:Math.max(1,o("temperature")),step:.01});let p=G("output");return pt(n,"\
soft T (0: exact)",l,p),{update({lower:m,upper:b,first:S,limits:v,steps:f,temperature:M}){for(let[E,y]of s)E.selectedIndex=o(y);i.forEach((E,y)=>{let I=_(-Math.
floor(Math.log10(f[y])),0,12),d=[m[S][y],b[S][y]];E.inputs.forEach((x,u)=>{Object.assign(x,{min:v[y][0],max:v[y][1],step:f[y]}),x.value=d[u]}),k(E.readout,d.map(
x=>x.toFixed(I)).join(" – "))}),l.value=M,k(p,M.toFixed(2))}}}function se(t,e,o){let r=wt(o.get("_targets")),a=o.get("tolerance"),n=h(t,"div",{class:"t2b-task"}),s=h(n,"table"),c=h(h(s,"thead"),"tr");for(let f of["Make","n\
ow","target",""])h(c,"th",{scope:"col"},f);let i=h(s,"tbody"),l=r.slice(0,X).map(()=>{let f=h(i,"tr");return{row:f,cells:[0,1,2,3].map(()=>h(f,"td"))}}),p=r.length-
l.length;p>0&&h(n,"p",{},`The ${l.length} worst of ${r.length} targets.`);let m=h(n,"p",{class:"t2b-verdict"}),b=1/0;function S(f){b=$t(r,f.matrix,e.length);let M=p>
0?[...r].sort((y,I)=>I.off-y.off):r;l.forEach(({row:y,cells:I},d)=>{let{i:x,j:u,value:g,now:$,off:N}=M[d],O=ot(N,a);y.className=O?"t2b-met":"t2b-unmet",k(I[0],`${e[x]}\
 in ${e[u]}`),k(I[1],W($)),k(I[2],W(g)),k(I[3],O?"✓ met":`${$<g?"▲":"▼"} ${W(N)} off`)});let E=ot(b,a);n.classList.toggle("t2b-solved",E),k(m,v())}function v(){
let f=`${W(b)}`;return ot(b,a)?`✓ Solved: every overlap is within ${a} of its target (remaining error ${f}).`:`Remaining error ${f}: the largest difference; s\
olved at ${a} or less.`}return{update:S,sentence:v}}function ie(t,e,o){let r=e.length,a=h(t,"div",{class:"t2b-task"}),n=h(a,"p",{class:"t2b-verdict"}),s=h(a,"p"),
c=h(a,"p",{class:"t2b-title"}),i=h(a,"ul"),l=h(a,"p",{class:"t2b-legend"});h(l,"span",{class:"t2b-swatch t2b-missing"},"missing: true, but the boxes lack it"),h(
l,"span",{class:"t2b-swatch t2b-spurious"},"spurious: untrue, but they show it");let p=null;function m(f){let M=[],E=(y,I)=>{let d=f.marks[y*r+I];if(!d)return;let x=d===
1?"should lie":"should not lie",u=W(f.matrix[y*r+I]);M.push({mark:d,text:`${e[y]} ${x} in ${e[I]} (${u})`})};for(let y=0;y<r;y++)E(f.first,y),E(y,f.first);return M}
function b(f){let M=m(f);k(c,`Wrong for ${e[f.first]}: ${M.length||"nothing"}`);let E=M.slice(0,4);for(M.length>4&&E.push({mark:0,text:`and ${M.length-4} more`});i.
children.length<E.length;)h(i,"li");for(;i.children.length>E.length;)i.lastChild.remove();E.forEach(({mark:y,text:I},d)=>{k(i.children[d],I),i.children[d].className=
{1:"t2b-missing",2:"t2b-spurious"}[y]??""})}function S(f){p=yt(f.marks,f.startMarks,o),k(n,v());let{broken:M,repaired:E}=p;k(s,M||E?`Since the start: ${M} newly\
 broken, ${E} repaired.`:"As the model left it. Move a box to see which relations break."),b(f)}function v(){let{missing:f,spurious:M,f1:E}=p,y=Number.isNaN(E)?
"":` F1 ${E.toFixed(3)}.`;return`${V(f+M,"relation differs","relations differ")} from the truth: ${f} missing, ${M} spurious.${y}`}return{update:S,sentence:v}}function Dt(t,e,o){
let r=o.get("mode");return r==="target"?se(t,e,o):r==="learned"?ie(t,e,o.get("_truth")):{update(){},sentence:()=>""}}function ae(t,e,o){let r=(a,n)=>{let s=t.get(a).slice();return s[e]=n,s};t.set({lower:r("lower",o.lower),upper:r("upper",o.upper)})}function ce(t,e){let o=t.get(
"first");e!==o&&(t.set({first:e,second:o}),t.save_changes())}function le({model:t}){let e=[t.get("first"),t.get("second")],o=()=>{let r=[t.get("first"),t.get("s\
econd")];r[0]===r[1]&&t.get("names").length>1&&(r=[e[1],e[0]]),e=r,t.set({first:r[0],second:r[1]})};t.on("change:first",o),t.on("change:second",o)}function ue(t,e){
let o=h(t,"div",{class:"t2b-toolbar"}),r=(a,n)=>h(o,"button",{type:"button",...H},a).addEventListener("click",()=>{e.set(n()),e.save_changes()});e.get("names").
length>1&&r("⇄ Swap",()=>({first:e.get("second"),second:e.get("first")})),r("↺ Reset",()=>e.get("_start"))}function fe(t,e,o){let r=(n,s)=>n[0]===s[0]&&n[1]===
s[1];return[...t.keys()].filter(n=>!o||!r(t[n],o.lower[n])||!r(e[n],o.upper[n]))}function Wt(t,e,o){let r=[0,1].map(a=>_t([...t,...e].map(n=>n[a]),o?.[a]));return{
limits:r.map(({limits:a})=>a),steps:r.map(({step:a})=>a)}}function pe(t,e){let[o,r]=[t.get("lower"),t.get("upper")],a=t.get("temperature"),n=e&&e.temperature===
a,s=o.length,c={lower:o,upper:r,temperature:a,first:t.get("first"),second:t.get("second"),...Wt(o,r,e?.limits),hovered:e?e.hovered:-1,matrix:e?e.matrix:new Float64Array(
s*s),marks:e?e.marks:null,startMarks:e?e.startMarks:null,moved:fe(o,r,n?e:null)};return st(c.matrix,c,c.moved),t.get("mode")==="learned"&&he(t,c,n),c}function he(t,e,o){
let[r,a]=[t.get("_truth"),t.get("threshold")],n=r.length;if(!o){let s=[...r.keys()],c={...t.get("_start"),temperature:e.temperature},i=new Float64Array(n*n);st(
i,c,s),e.startMarks=new Uint8Array(n*n),it(e.startMarks,i,r,a,s),e.marks=new Uint8Array(n*n)}it(e.marks,e.matrix,r,a,e.moved)}var de="Drag a box by its body, an\
 edge or a corner. Keyboard: Tab to a box; arrow keys move it, Shift + arrow keys resize it, Page Up and Page Down go to another box. The last two boxes that yo\
u took are compared.",Kt=0;function me({model:t,el:e}){let o=t.get("names"),r={help:`t2b-help-${++Kt}`,hatch:`t2b-hatch-${Kt}`},a=h(e,"div",{class:"t2b-playgrou\
nd t2b-themed","data-mode":t.get("mode")}),n={get:d=>t.get(d),set(d){t.set(d),t.save_changes()},move(d,x){ae(t,d,x),t.save_changes()}},s=h(a,"div",{class:"t2b-l\
ayout"}),c=h(s,"div",{class:"t2b-stage"});ue(s,t);let i=h(s,"div",{class:"t2b-side"}),l=At(c,o,r),p=Ct(i,o),m=Dt(i,o,t),b=Ft(i,o,(d,x)=>n.set({first:d,second:x}));
h(s,"p",{class:"t2b-help",id:r.help},de);let S=t.get("_sliders")?zt(a,o,n):null,v=Nt(a),f={scene:null,scale:null,box:d=>U({lower:t.get("lower"),upper:t.get("upp\
er")},d),select:d=>ce(t,d),move:n.move};function M(d=!1){if(!f.scale)return;let{limits:x}=f.scene??{};if(f.scene=pe(t,f.scene),!d&&f.scene.limits.some((u,g)=>u!==
x[g]))return E();d&&(f.scene.moved=[...o.keys()]),l.update(f.scene,f.scale),b.update(f.scene),p.update(f.scene),m.update(f.scene),S?.update(f.scene),v.say(`${p.
sentence(f.scene)} ${m.sentence()}`.trim())}function E(){let d=Math.floor(c.clientWidth);if(d<50)return;let{limits:x}=Wt(t.get("lower"),t.get("upper"),f.scene?.
limits);f.scale=Mt(x,d,_(Math.round(d*.85),280,600)),l.resize(f.scale,x),b.resize(b.figure.clientWidth),M(!0)}let y=Lt(M);f.schedule=y.schedule,f.hover=d=>{!f.scene||
f.scene.hovered===d||(f.scene.hovered=d,y.schedule())},kt(l,f),It(l,f);for(let d of["lower","upper","first","second","temperature"])t.on(`change:${d}`,()=>y.schedule());
let I=new ResizeObserver(E);return I.observe(c),()=>{I.disconnect(),y.stop(),v.stop()}}var yo={initialize:le,render:me};export{yo as default};
