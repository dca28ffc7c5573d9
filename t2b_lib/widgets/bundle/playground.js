/* Built from t2b_lib/widgets by `make bundle`. Sources: 15bdd674423a3e003d140ccd81229003e4f44226107449b414a476854669c6e8 */
var Bt="http://www.w3.org/2000/svg",H={"data-lm-suppress-shortcuts":"true"};function ht(t,e,o){for(let[r,a]of Object.entries(e))r.startsWith("on")?t.addEventListener(
r.slice(2),a):r.startsWith("--")?t.style.setProperty(r,a):a!=null&&t.setAttribute(r,a);return t.append(...o.filter(r=>r!=null)),t}var G=(t,e={},...o)=>ht(document.
createElement(t),e,o),h=(t,e,o={},...r)=>t.appendChild(G(e,o,...r)),O=(t,e,o={},...r)=>t.appendChild(ht(document.createElementNS(Bt,e),o,r));function D(t,e){for(let[
o,r]of Object.entries(e))t.setAttribute(o,typeof r=="number"?r.toFixed(2):r)}function k(t,e){t.textContent!==e&&(t.textContent=e)}var Yt=.5772156649015329,rt=1e-4,Ht=1e-13,Vt=1e-19,Xt=(t,e)=>t>20*e?t:e*Math.log1p(Math.exp(t/e)),dt=(t,e,o)=>Math.max(t,e)+o*Math.log1p(Math.exp(-Math.abs(t-e)/
o)),nt=(t,e)=>Xt(t-2*Yt*rt,e)+Ht;function xt(t,e,o,r,a){if(a===0)return Math.min(e,r)-Math.max(t,o);let n=dt(t,o,rt);return-dt(-e,-r,rt)-n}function mt(t,e,o,r,a){
let n=xt(t,e,o,r,a),s=e-t;return a>0?nt(n,a)/nt(s,a):s<=Vt?n>=0?1:0:Math.max(n,0)/s}function gt(t,e,o=0){return mt(t.lower[0],t.upper[0],e.lower[0],e.upper[0],o)*
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
let n=(c,i)=>{let l=Math.min(r,i/3);return c<=l&&c<=i-c?-1:i-c<=l?1:0},s=[n(e-t.x,t.width),-n(o-t.y,t.height)];return s[0]||s[1]?s:null}var Zt={"0,0":"move","1,\
0":"ew-resize","0,1":"ns-resize","1,1":"nesw-resize"};function St(t){return t[0]*t[1]<0?"nwse-resize":Zt[[Math.abs(t[0]),Math.abs(t[1])]]}function Et(t,e,o,r){let a=vt(
B(e,U(t,t.first)),o,r);if(a)return{i:t.first,grip:a};let n=null,s=1/0;for(let c=0;c<t.lower.length;c++){let i=B(e,U(t,c)),[l,p]=[o[0]-i.x,o[1]-i.y],d=l>=-3&&p>=
-3&&l<=i.width+3&&p<=i.height+3,b=i.width*i.height;!d||b>s||b===s&&c!==t.first||(s=b,n={i:c,grip:vt(i,o,r)??[0,0]})}return n}function Tt(t,e,o,r){let[a,n]=[Math.
min(e.length,lt)*7.5+12,20],[s,c]=[C.left,o.height-C.bottom],i=o.width-C.right,l=a<=t.width&&n<=t.height,[p,d]=[t.y+t.height-n,t.y+t.height],b=l?[[t.x,t.y],[t.x,
p],[t.x+t.width-a,t.y]]:[];for(let u=0;u<5;u++)b.push([t.x,t.y-n*(u+1)],[t.x,d+n*u]);let E=b.map(([u,y])=>({x:_(u,s,Math.max(s,i-a)),y:_(y,C.top,c-n),width:a,height:n})),
M=u=>r.every(y=>!Jt(u,y));return E.find(M)??E[0]}var Jt=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&e.y<t.y+t.height;var Qt=7,X=12;function q(t,e){return e.lower.length<=Qt&&!e.marks?`t2b-hue-${t}`:t===e.first?"t2b-hue-0":t===e.second?"t2b-hue-1":"t2b-hue-none"}function At(t,e,o){
let r=O(t,"svg",{class:"t2b-drawing",role:"application","aria-label":`Drawing of ${V(e.length,"box","boxes")}`,"aria-describedby":o.help}),a=O(O(r,"defs"),"patt\
ern",{id:o.hatch,class:"t2b-hatch",width:7,height:7,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"});O(a,"line",{x1:0,y1:0,x2:0,y2:7});let n=O(r,"g",
{class:"t2b-axes","aria-hidden":"true"}),s=e.map((f,g)=>{let L=O(r,"g",{"data-box":g,...{role:"button","aria-roledescription":"box"},...H});return O(L,"title",{},
f),O(L,"rect"),L}),c=O(r,"rect",{class:"t2b-shared",fill:`url(#${o.hatch})`}),i=O(r,"g",{class:"t2b-handles","aria-hidden":"true"}),p=[-1,0,1].flatMap(f=>[-1,0,
1].map(g=>[f,g])).filter(([f,g])=>f||g).map(f=>{let g=O(i,"g",{class:f[0]&&f[1]?"t2b-corner":"t2b-edge"});return O(g,"rect",{x:-4.5,y:-4.5,width:9,height:9,rx:2}),
{grip:f,knob:g}}),d=O(r,"rect",{class:"t2b-ring",rx:5}),b=e.map(f=>O(r,"text",{"aria-hidden":"true"},J(f,lt)));function E(f,g){n.replaceChildren();let v=f.height-
C.bottom,L=f.width-C.right;for(let N of ct(...g[0],f.width/90)){let R=f.x(N);O(n,"line",{x1:R,x2:R,y1:C.top,y2:v}),O(n,"text",{x:R,y:v+16,"text-anchor":"middle"},
String(N))}for(let N of ct(...g[1],f.height/70)){let R=f.y(N);O(n,"line",{class:"t2b-y",x1:C.left,x2:L,y1:R,y2:R}),O(n,"text",{class:"t2b-y",x:C.left-6,y:R+4,"t\
ext-anchor":"end"},String(N))}}function M(f,g){D(r,{viewBox:`0 0 ${f.width} ${f.height}`,height:f.height}),E(f,g)}function u(f,g,v){let{lower:L,upper:N}=U(g,f);
D(s[f].lastChild,B(v,{lower:L,upper:N}));let R=$=>`from ${at(L[$])} to ${at(N[$])}`,P=g.inRows?R(0):`x ${R(0)}, y ${R(1)}`;s[f].setAttribute("aria-label",`${e[f]}\
, ${P}`)}function y(f,g){let v={[g.second]:"t2b-compared",[g.first]:"t2b-selected"}[f]??"",L=g.marks?qt(f,g):"";s[f].setAttribute("class",`t2b-box ${q(f,g)} ${v}\
 ${L}`),s[f].setAttribute("aria-pressed",String(f===g.first)),s[f].tabIndex=f===g.first||e.length<=X?0:-1}function S(f,g){let{first:v,second:L,hovered:N}=f,R=[...new Set(
[v,L])],P=e.length>X?[N].filter(A=>A>=0):e.keys(),$=new Set([...R,...P]),T=[];for(let A of $){let F=Tt(B(g,U(f,A)),e[A],g,T);T.push(F);let Y=R.includes(A)?"t2b-\
label-pair":"";D(b[A],{class:`t2b-label ${Y}`,x:F.x+6,y:F.y+15})}b.forEach((A,F)=>A.style.display=$.has(F)?"":"none")}function w(f,g){let[v,L]=[U(f,f.first),U(f,
f.second)],N={lower:[0,1].map(P=>Math.max(v.lower[P],L.lower[P])),upper:[0,1].map(P=>Math.min(v.upper[P],L.upper[P]))},R=[0,1].every(P=>N.upper[P]>=N.lower[P]);
c.style.display=R&&f.first!==f.second?"":"none",R&&D(c,B(g,N))}function I(f,g){let v=B(g,U(f,f.first)),L=_(Math.min(v.width,v.height)/30,.5,1);for(let{grip:N,knob:R}of p){
let P=v.x+v.width*(N[0]+1)/2,$=v.y+v.height*(1-N[1])/2,T=N[0]?v.height:v.width;R.setAttribute("transform",`translate(${P.toFixed(2)} ${$.toFixed(2)}) scale(${L}\
)`),R.style.display=N[0]&&N[1]||T>36?"":"none"}}function m(f,g){let v=s.findIndex(N=>N.matches(":focus-visible"));if(d.style.display=v<0?"none":"",v<0)return;let L=B(
g,U(f,v));D(d,{x:L.x-6,y:L.y-6,width:L.width+12,height:L.height+12})}function x(f,g){for(let v of f.moved)u(v,f,g);for(let v=0;v<e.length;v++)y(v,f);S(f,g),w(f,
g),I(f,g),m(f,g)}return{root:r,boxes:s,resize:M,update:x}}function qt(t,e){let o=e.lower.length,r=[e.marks[e.first*o+t],e.marks[t*o+e.first]];return r.includes(
1)?"t2b-missing":r.includes(2)?"t2b-spurious":""}function Ot(t){let e=0,o=null,r=()=>{e=0,o?.(),o=null,cancelAnimationFrame(e),e=0,t()};return{schedule(a){a&&(o=a),e||=requestAnimationFrame(r)},stop:()=>cancelAnimationFrame(
e)}}function Lt(t){let e=h(t,"div",{class:"t2b-live","aria-live":"polite",role:"status"}),o=0;return{say(r){clearTimeout(o),o=setTimeout(()=>k(e,r),400)},stop:()=>clearTimeout(
o)}}var ut=(t,e)=>K(Math.round(t/e)*e);function te([t,e],o,r,[a,n],s){if(o<0)return[_(ut(t+r,s),a,e),e];if(o>0)return[t,_(ut(e+r,s),t,n)];let c=_(ut(r,s),a-t,n-e);return[
K(t+c),K(e+c)]}function ft(t,e,o,r,a){let n=[0,1].map(s=>e[s]===0&&e[1-s]!==0?[t.lower[s],t.upper[s]]:te([t.lower[s],t.upper[s]],e[s],o[s],r[s],a[s]));return{lower:[
n[0][0],n[1][0]],upper:[n[0][1],n[1][1]]}}function Nt(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function kt(t){let e=10**Math.floor(
Math.log10(t/25));return Math.min(...[1,2,5,10].map(o=>o*e).filter(o=>o>=t/25*(1-1e-9)))}function It(t,e,o=0){let[r,a]=[Math.min(...t),Math.max(...t)];if(e&&e[0]<=
r&&a<=e[1]&&a-r>=o*(e[1]-e[0]))return{limits:e,step:Nt(e[1]-e[0])};let s=Math.max(.15*(a-r),1e-6*Math.abs(r),1e-6*Math.abs(a))||.5,c=Nt(a-r+2*s);return{limits:[
K(Math.floor((r-s)/c)*c),K(Math.ceil((a+s)/c)*c)],step:c}}function Ft(t,e){let o=null,r=i=>{let l=t.root.getBoundingClientRect(),p=e.scale.width/l.width;return[(i.clientX-l.left)*p,(i.clientY-l.top)*p]},a=i=>Et(e.scene,
e.scale,r(i),i.pointerType==="touch"?18:8);function n(i){let l=e.scale.units(i[0]-o.from[0],i[1]-o.from[1]),{limits:p,steps:d}=e.scene;e.move(o.i,ft(o.box,o.grip,
l,p,d))}function s(i){let l=a(i);t.root.style.cursor=l?St(l.grip):"default",e.hover(l?l.i:-1)}t.root.addEventListener("pointerdown",i=>{if(i.button!==0||o)return;
let l=a(i);l&&(i.preventDefault(),t.root.setPointerCapture(i.pointerId),e.select(l.i),t.boxes[l.i].focus({preventScroll:!0}),t.root.classList.add("t2b-pointing"),
o={...l,box:e.box(l.i),from:r(i),pointer:i.pointerId})}),t.root.addEventListener("touchstart",i=>{let[{clientX:l,clientY:p}]=i.touches;a({clientX:l,clientY:p,pointerType:"\
touch"})&&i.preventDefault()},{passive:!1}),t.root.addEventListener("pointermove",i=>{if(!o)s(i);else if(i.pointerId===o.pointer){let[l,p]=[r(i),o];e.schedule(()=>o===
p&&n(l))}}),t.root.addEventListener("pointerup",i=>{!o||i.pointerId!==o.pointer||(n(r(i)),o=null)});let c=()=>{o&&(e.move(o.i,o.box),o=null)};t.root.addEventListener(
"pointercancel",c),t.root.addEventListener("pointerleave",()=>e.hover(-1)),t.root.addEventListener("focusout",()=>t.root.classList.remove("t2b-pointing")),t.root.
addEventListener("keydown",i=>{t.root.classList.remove("t2b-pointing"),i.key==="Escape"&&c()})}var Rt={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowDown:[0,-1],ArrowUp:[
0,1]};function Ut(t,e){let{root:o,boxes:r}=t,a=s=>r.indexOf(s.target);function n(s,c,i,l){let{limits:p,steps:d}=e.scene,b=p.map(([u,y],S)=>l?2*d[S]:kt(y-u)),E=c.
map((u,y)=>u*b[y]),M=i?c.map(Math.abs):[0,0];e.move(s,ft(e.box(s),M,E,p,d))}o.addEventListener("keydown",s=>{let c=a(s);if(c<0||s.metaKey)return;let i=s.ctrlKey||
s.altKey,l={PageDown:1,PageUp:-1}[s.key];if(s.key in Rt)n(c,Rt[s.key],s.shiftKey,i);else if(l&&!i)r[(c+l+r.length)%r.length].focus();else return;s.preventDefault(),
s.stopPropagation()}),o.addEventListener("focusin",s=>{a(s)>=0&&e.select(a(s)),e.schedule()}),o.addEventListener("focusout",()=>e.schedule())}var ee=t=>Math.round(250-215*_(t,0,1));function oe(t){return t<.52?"t2b-on-empty":t>.615?"t2b-on-full":"t2b-on-middle"}var re={label:"the overlaps",caption:"Sha\
re of the row’s box that lies in the column’s"},ne=t=>Number.isNaN(t)?"not known":W(t),se={1:[213,94,0,255],2:[86,180,233,255]};function _t(t,e,o){let r=h(t,
"canvas",{class:o,width:e,height:e}),a=r.getContext("2d"),n=a.createImageData(e,e);return{canvas:r,set:(s,c)=>n.data.set(c,4*s),show:()=>a.putImageData(n,0,0)}}
function Pt(t,e,o,{label:r,caption:a}=re){let n=e.length,s=h(t,"div",{class:"t2b-heat"}),c=h(s,"div",{class:"t2b-heat-frame",role:"img","aria-label":`Heat map o\
f ${r} of ${V(n,"box","boxes")}`}),i=_t(c,n,"t2b-cells t2b-greys"),l=_t(c,n,"t2b-cells"),p=O(c,"svg",{class:"t2b-heat-overlay","aria-hidden":"true"}),d=h(s,"div",
{class:"t2b-caption"}),b=h(d,"span"),E=h(d,"span",{class:"t2b-bar","aria-hidden":"true"});h(E,"span",{},"0"),h(E,"span",{class:"t2b-ramp"}),h(E,"span",{},"1");let M=n<=
X,u=M?e.map(()=>O(p,"text")):[],y=M?e.map(()=>O(p,"text")):[],S=M?Array.from({length:n*n},()=>O(p,"text")):[],w=[O(p,"rect"),O(p,"rect")],I=M?[]:[O(p,"rect",{class:"\
t2b-band"}),O(p,"rect",{class:"t2b-band"})],m=0,x=1,f=null;function g($){let T=Math.max(...e.map(z=>z.length));m=M?_(T*7.5+10,26,$*.38):0;let A=Math.floor((m-8)/
7.2),F=Math.min($-m,340,n*72);x=F/n;let Y=T*7.5+8<=x,tt=M?Y?24:m:0;c.style.width=`${m+F}px`,c.style.height=`${tt+F}px`;for(let{canvas:z}of[i,l])z.style.left=`${m}\
px`,z.style.top=`${tt}px`,z.style.width=z.style.height=`${F}px`;p.setAttribute("viewBox",`${-m} ${-tt} ${m+F} ${tt+F}`),u.forEach((z,j)=>{k(z,J(e[j],A)),D(z,{x:-6,
y:x*(j+.5)+4,"text-anchor":"end"})}),y.forEach((z,j)=>{let et=x*(j+.5);k(z,J(e[j],A)),D(z,Y?{x:et,y:-8,"text-anchor":"middle"}:{x:0,y:0,transform:`translate(${et+
4} -6) rotate(-90)`})}),S.forEach((z,j)=>{let[et,Gt]=[Math.floor(j/n),j%n];D(z,{x:x*(Gt+.5),y:x*(et+.5)+4,"text-anchor":"middle"}),z.style.display=x>=30?"":"non\
e"})}function v($,T){let A=T.matrix[$],F=ee(A);i.set($,Number.isNaN(A)?[0,0,0,0]:[F,F,F,255]);let Y=T.marks?T.marks[$]:0;l.set($,se[Y]??[0,0,0,0]),M&&(k(S[$],Number.
isNaN(A)?"":A.toFixed(x>=44?2:1)),S[$].setAttribute("class",Y?"t2b-on-middle":oe(A)))}function L($){let{first:T,second:A}=$;D(w[0],{class:"t2b-outline",x:A*x,y:T*
x}),D(w[1],{class:"t2b-outline",x:T*x,y:A*x});for(let F of w)D(F,{width:x,height:x});M||(D(I[0],{x:0,y:T*x,width:n*x,height:x}),D(I[1],{x:T*x,y:0,width:x,height:n*
x}))}function N($){for(let T of $.moved)for(let A=0;A<n;A++)v(T*n+A,$),v(A*n+T,$);i.show(),l.show(),L($),f=$,R(null)}function R($){k(b,$?`${e[$.i]} in ${e[$.j]}\
: ${ne(f.matrix[$.i*n+$.j])}`:a)}function P($){let T=i.canvas.getBoundingClientRect(),A=Math.floor(($.clientY-T.top)/T.height*n),F=Math.floor(($.clientX-T.left)/
T.width*n);return A>=0&&F>=0&&A<n&&F<n?{i:A,j:F}:null}return c.addEventListener("pointermove",$=>R(P($))),c.addEventListener("pointerleave",()=>R(null)),c.addEventListener(
"click",$=>{let T=P($);T&&T.i!==T.j&&o(T.i,T.j)}),{figure:s,resize:g,update:N}}var Ct=t=>t===0||t>=.001&&t<1e3?t.toFixed(3):t.toPrecision(2);function zt(t,e){let o=h(t,"div",{class:"t2b-scores"}),r=h(o,"p",{class:"t2b-title"}),a=(e.length>
1?[0,1]:[]).map(()=>{let i=h(o,"div",{class:"t2b-score"}),l=h(i,"span",{class:"t2b-pair"});return{...{inner:h(l,"span",{class:"t2b-name"}),link:l.appendChild(document.
createTextNode(" in ")),outer:h(l,"span",{class:"t2b-name"})},value:h(i,"strong",{class:"t2b-value"}),meter:h(h(i,"span",{class:"t2b-meter","aria-hidden":"true"}),
"span"),ratio:h(i,"span",{class:"t2b-ratio"})}});function n(i,l,p,d){let b=d.matrix[l*e.length+p],{shared:E,own:M}=bt(U(d,l),U(d,p),d.temperature);k(i.inner,e[l]),
k(i.outer,e[p]),i.inner.className=`t2b-name ${q(l,d)}`,i.outer.className=`t2b-name ${q(p,d)}`,k(i.value,W(b)),i.meter.style.width=`${(100*_(b,0,1)).toFixed(1)}%`,
i.meter.className=q(l,d),k(i.ratio,M>0?`= ${Ct(E)} / ${Ct(M)}`:"a flat box")}function s(i){if(e.length===1){k(r,"One box has no other to overlap with.");return}
let p=i.temperature>0?`Soft overlap (T = ${K(i.temperature)}): shared / own volume`:"Overlap: shared / own area";k(r,p);let[d,b]=[i.first,i.second].sort((E,M)=>E-
M);n(a[0],d,b,i),n(a[1],b,d,i)}function c(i){if(e.length===1)return"";let l=e.length,[p,d]=[i.first,i.second];return`${e[p]} in ${e[d]}: ${W(i.matrix[p*l+d])}. ${e[d]}\
 in ${e[p]}: ${W(i.matrix[d*l+p])}.`}return{update:s,sentence:c}}var pt=(t,e,...o)=>h(t,"div",{class:"t2b-field"},G("span",{class:"t2b-title"},e),...o);function Dt(t,e,{get:o,set:r,move:a}){let n=h(t,"div",{class:"t2b-sliders"}),
s=[["selected","first"],["compared with","second"]].map(([d,b])=>{let E=G("select",{"aria-label":d,onchange:()=>r({[b]:E.selectedIndex}),...H},...e.map(M=>G("op\
tion",{},M)));return pt(n,d,E),[E,b]}),c=(d,b)=>{let E=G("input",{type:"range","aria-label":d,...H});return E.addEventListener("input",()=>b(Number(E.value))),E},
i=["x","y"].map((d,b)=>{let E=y=>S=>{let w=o("first"),{lower:I,upper:m}=U({lower:o("lower"),upper:o("upper")},w),x={lower:[...I],upper:[...m]};x[y][b]=y==="lowe\
r"?Math.min(K(S),m[b]):Math.max(K(S),I[b]),a(w,x)},M=["lower","upper"].map(y=>c(`${d}, ${y} edge`,E(y))),u=G("output");return pt(n,`${d} extent`,...M,u),{inputs:M,
readout:u}}),l=c("soft T, 0: exact",d=>r({temperature:K(d)}));Object.assign(l,{min:0,max:Math.max(1,o("temperature")),step:.01});let p=G("output");return pt(n,"\
soft T (0: exact)",l,p),{update({lower:d,upper:b,first:E,limits:M,steps:u,temperature:y}){for(let[S,w]of s)S.selectedIndex=o(w);i.forEach((S,w)=>{let I=_(-Math.
floor(Math.log10(u[w])),0,12),m=[d[E][w],b[E][w]];S.inputs.forEach((x,f)=>{Object.assign(x,{min:M[w][0],max:M[w][1],step:u[w]}),x.value=m[f]}),k(S.readout,m.map(
x=>x.toFixed(I)).join(" – "))}),l.value=y,k(p,y.toFixed(2))}}}function ie(t,e,o){let r=wt(o.get("_targets")),a=o.get("tolerance"),n=h(t,"div",{class:"t2b-task"}),s=h(n,"table"),c=h(h(s,"thead"),"tr");for(let u of["Make","n\
ow","target",""])h(c,"th",{scope:"col"},u);let i=h(s,"tbody"),l=r.slice(0,X).map(()=>{let u=h(i,"tr");return{row:u,cells:[0,1,2,3].map(()=>h(u,"td"))}}),p=r.length-
l.length;p>0&&h(n,"p",{},`The ${l.length} worst of ${r.length} targets.`);let d=h(n,"p",{class:"t2b-verdict"}),b=1/0;function E(u){b=$t(r,u.matrix,e.length);let y=p>
0?[...r].sort((w,I)=>I.off-w.off):r;l.forEach(({row:w,cells:I},m)=>{let{i:x,j:f,value:g,now:v,off:L}=y[m],N=ot(L,a);w.className=N?"t2b-met":"t2b-unmet",k(I[0],`${e[x]}\
 in ${e[f]}`),k(I[1],W(v)),k(I[2],W(g)),k(I[3],N?"✓ met":`${v<g?"▲":"▼"} ${W(L)} off`)});let S=ot(b,a);n.classList.toggle("t2b-solved",S),k(d,M())}function M(){
let u=`${W(b)}`;return ot(b,a)?`✓ Solved: every overlap is within ${a} of its target (remaining error ${u}).`:`Remaining error ${u}: the largest difference; s\
olved at ${a} or less.`}return{update:E,sentence:M}}function ae(t,e,o){let r=e.length,a=h(t,"div",{class:"t2b-task"}),n=h(a,"p",{class:"t2b-verdict"}),s=h(a,"p"),
c=h(a,"p",{class:"t2b-title"}),i=h(a,"ul"),l=h(a,"p",{class:"t2b-legend"});h(l,"span",{class:"t2b-swatch t2b-missing"},"missing: true, but the boxes lack it"),h(
l,"span",{class:"t2b-swatch t2b-spurious"},"spurious: untrue, but they show it");let p=null;function d(u){let y=[],S=(w,I)=>{let m=u.marks[w*r+I];if(!m)return;let x=m===
1?"should lie":"should not lie",f=W(u.matrix[w*r+I]);y.push({mark:m,text:`${e[w]} ${x} in ${e[I]} (${f})`})};for(let w=0;w<r;w++)S(u.first,w),S(w,u.first);return y}
function b(u){let y=d(u);k(c,`Wrong for ${e[u.first]}: ${y.length||"nothing"}`);let S=y.slice(0,4);for(y.length>4&&S.push({mark:0,text:`and ${y.length-4} more`});i.
children.length<S.length;)h(i,"li");for(;i.children.length>S.length;)i.lastChild.remove();S.forEach(({mark:w,text:I},m)=>{k(i.children[m],I),i.children[m].className=
{1:"t2b-missing",2:"t2b-spurious"}[w]??""})}function E(u){p=yt(u.marks,u.startMarks,o),k(n,M());let{broken:y,repaired:S}=p;k(s,y||S?`Since the start: ${y} newly\
 broken, ${S} repaired.`:"As the model left it. Move a box to see which relations break."),b(u)}function M(){let{missing:u,spurious:y,f1:S}=p,w=Number.isNaN(S)?
"":` F1 ${S.toFixed(3)}.`;return`${V(u+y,"relation differs","relations differ")} from the truth: ${u} missing, ${y} spurious.${w}`}return{update:E,sentence:M}}function Kt(t,e,o){
let r=o.get("mode");return r==="target"?ie(t,e,o):r==="learned"?ae(t,e,o.get("_truth")):{update(){},sentence:()=>""}}function ce(t,e,o){let r=(a,n)=>{let s=t.get(a).slice();return s[e]=n,s};t.set({lower:r("lower",o.lower),upper:r("upper",o.upper)})}function le(t,e){let o=t.get(
"first");e!==o&&(t.set({first:e,second:o}),t.save_changes())}function ue({model:t}){let e=[t.get("first"),t.get("second")],o=()=>{let r=[t.get("first"),t.get("s\
econd")];r[0]===r[1]&&t.get("names").length>1&&(r=[e[1],e[0]]),e=r,t.set({first:r[0],second:r[1]})};t.on("change:first",o),t.on("change:second",o)}function fe(t,e){
let o=h(t,"div",{class:"t2b-toolbar"}),r=(a,n)=>h(o,"button",{type:"button",...H},a).addEventListener("click",()=>{e.set(n()),e.save_changes()});e.get("names").
length>1&&r("⇄ Swap",()=>({first:e.get("second"),second:e.get("first")})),r("↺ Reset",()=>e.get("_start"))}function pe(t,e,o){let r=(n,s)=>n[0]===s[0]&&n[1]===
s[1];return[...t.keys()].filter(n=>!o||!r(t[n],o.lower[n])||!r(e[n],o.upper[n]))}function jt(t,e,o){let r=[0,1].map(a=>It([...t,...e].map(n=>n[a]),o?.[a]));return{
limits:r.map(({limits:a})=>a),steps:r.map(({step:a})=>a)}}function he(t,e){let[o,r]=[t.get("lower"),t.get("upper")],a=t.get("temperature"),n=e&&e.temperature===
a,s=o.length,c={lower:o,upper:r,temperature:a,first:t.get("first"),second:t.get("second"),...jt(o,r,e?.limits),hovered:e?e.hovered:-1,matrix:e?e.matrix:new Float64Array(
s*s),marks:e?e.marks:null,startMarks:e?e.startMarks:null,moved:pe(o,r,n?e:null)};return st(c.matrix,c,c.moved),t.get("mode")==="learned"&&de(t,c,n),c}function de(t,e,o){
let[r,a]=[t.get("_truth"),t.get("threshold")],n=r.length;if(!o){let s=[...r.keys()],c={...t.get("_start"),temperature:e.temperature},i=new Float64Array(n*n);st(
i,c,s),e.startMarks=new Uint8Array(n*n),it(e.startMarks,i,r,a,s),e.marks=new Uint8Array(n*n)}it(e.marks,e.matrix,r,a,e.moved)}var me="Drag a box by its body, an\
 edge or a corner. Keyboard: Tab to a box; arrow keys move it, Shift + arrow keys resize it, Ctrl or Alt makes the steps small, Page Up and Page Down go to anot\
her box. The last two boxes that you took are compared.",Wt=0;function ge({model:t,el:e}){let o=t.get("names"),r={help:`t2b-help-${++Wt}`,hatch:`t2b-hatch-${Wt}`},
a=h(e,"div",{class:"t2b-playground t2b-themed","data-mode":t.get("mode")}),n={get:m=>t.get(m),set(m){t.set(m),t.save_changes()},move(m,x){ce(t,m,x),t.save_changes()}},
s=h(a,"div",{class:"t2b-layout"}),c=h(s,"div",{class:"t2b-stage"});fe(s,t);let i=h(s,"div",{class:"t2b-side"}),l=At(c,o,r),p=zt(i,o),d=Kt(i,o,t),b=Pt(i,o,(m,x)=>n.
set({first:m,second:x}));h(s,"p",{class:"t2b-help",id:r.help},me);let E=t.get("_sliders")?Dt(a,o,n):null,M=Lt(a),u={scene:null,scale:null,box:m=>U({lower:t.get(
"lower"),upper:t.get("upper")},m),select:m=>le(t,m),move:n.move};function y(m=!1){if(!u.scale)return;let{limits:x}=u.scene??{};if(u.scene=he(t,u.scene),!m&&u.scene.
limits.some((f,g)=>f!==x[g]))return S();m&&(u.scene.moved=[...o.keys()]),l.update(u.scene,u.scale),b.update(u.scene),p.update(u.scene),d.update(u.scene),E?.update(
u.scene),M.say(`${p.sentence(u.scene)} ${d.sentence()}`.trim())}function S(){let m=Math.floor(c.clientWidth);if(m<50)return;let{limits:x}=jt(t.get("lower"),t.get(
"upper"),u.scene?.limits);u.scale=Mt(x,m,_(Math.round(m*.85),280,600)),l.resize(u.scale,x),b.resize(b.figure.clientWidth),y(!0)}let w=Ot(y);u.schedule=w.schedule,
u.hover=m=>{!u.scene||u.scene.hovered===m||(u.scene.hovered=m,w.schedule())},Ft(l,u),Ut(l,u);for(let m of["lower","upper","first","second","temperature"])t.on(`\
change:${m}`,()=>w.schedule());let I=new ResizeObserver(S);return I.observe(c),()=>{I.disconnect(),w.stop(),M.stop()}}var $o={initialize:ue,render:ge};export{$o as default};
