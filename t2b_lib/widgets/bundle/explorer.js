/* Built from t2b_lib/widgets by `make bundle`. Sources: 172c500da9287128001478f73f26589a0f02654de6eb774b85a98dd6ac6961a1 */
var nt="http://www.w3.org/2000/svg",V={"data-lm-suppress-shortcuts":"true"};function K(t,n,r){for(let[e,s]of Object.entries(n))e.startsWith("on")?t.addEventListener(
e.slice(2),s):e.startsWith("--")?t.style.setProperty(e,s):s!=null&&t.setAttribute(e,s);return t.append(...r.filter(e=>e!=null)),t}var rt=(t,n={},...r)=>K(document.
createElement(t),n,r),h=(t,n,r={},...e)=>t.appendChild(rt(n,r,...e)),x=(t,n,r={},...e)=>t.appendChild(K(document.createElementNS(nt,n),r,e));function v(t,n){for(let[
r,e]of Object.entries(n))t.setAttribute(r,typeof e=="number"?e.toFixed(2):e)}function Y(t,n){t.textContent!==n&&(t.textContent=n)}var L=(t,n,r)=>Math.min(Math.max(t,n),r),T=t=>Number(t.toPrecision(12));function Z(t,n,r){let e=(n-t)/r,s=10**Math.floor(Math.log10(e)),i=[1,2,5,10].map(p=>p*s).find(p=>p>=e*(1-1e-9)),d=[];for(let p=Math.ceil(t/i-1e-9);p*i<=n+i*1e-9;p++)
d.push(T(p*i));return d}var st=.5772156649015329,H=1e-13,it=1e-19;var C=t=>1/(1+Math.exp(-t)),W=(t,n)=>Math.max(t,0)+n*Math.log1p(Math.exp(-Math.abs(t)/n));function X(t,n,r,e,s){let i=n-t,d=Math.min(n,e)-Math.max(t,r);if(s.fill(
0),i<=it)return d>=0&&i>=0?1:0;let p=Math.max(d,0)/i;if(d>0){let M=t===r?.5:+(t>r),E=n===e?.5:+(n<e);s[0]=-M/i,s[1]=E/i,s[2]=-(1-M)/i,s[3]=(1-E)/i}return s[0]+=
p/i,s[1]-=p/i,p}function J(t,n,r,e,s,{ti:i,tv:d}){let p=C((t-r)/i),M=C((e-n)/i),E=Math.max(t,r)+W(-Math.abs(t-r),i),_=Math.min(n,e)-W(-Math.abs(n-e),i),m=2*st*i,
[F,N]=[_-E-m,n-t-m],$=W(F,d)+H,O=W(N,d)+H,I=$/O,S=C(F/d)/O,y=I*C(N/d)/O;return s[0]=-p*S+y,s[1]=M*S-y,s[2]=-(1-p)*S,s[3]=(1-M)*S,I}var[g,A,ct]=[-2.5,2.5,.01],at=1e-4,w={left:46,right:12},G={boxes:[6,70],share:[92,130,[0,1]],gradient:[246,130,[-1.1,1.1]]},z=400;function Q(t,n){let r=new Float64Array(
4),e=[0,1,t,t+1];return[n?J(...e,r,{ti:at,tv:n}):X(...e,r),r[2]+r[3]]}var q=t=>t!==0&&Math.abs(t)<5e-4?t.toExponential(0):t.toFixed(3),lt=t=>t?`soft, T = ${t}`:
"exact";function ft({model:t,el:n}){let r=[...t.get("temperatures")],e=h(n,"div",{class:"t2b-playground t2b-themed t2b-explorer"}),s=x(e,"svg",{role:"img","aria\
-label":"Interval B slides across A: share of A in B, and its gradient, by B's position"}),i=x(s,"g",{class:"t2b-axes","aria-hidden":"true"}),[d,p]=["A","B"].map(
(o,c)=>{let a=x(s,"g",{class:`t2b-box t2b-hue-${c}`});return[x(a,"rect"),x(a,"text",{class:"t2b-label t2b-label-pair"},o)]}),M=r.map((o,c)=>({share:x(s,"polylin\
e",{class:`t2b-line t2b-curve-${c}`}),gradient:x(s,"polyline",{class:`t2b-line t2b-curve-${c}`}),dots:[0,1].map(()=>x(s,"circle",{class:`t2b-dot t2b-curve-${c}`,
r:4.5}))})),E=x(s,"line",{class:"t2b-cursor"}),_=(o,c,a)=>{let l=h(e,"label",{class:"t2b-field t2b-range"});h(l,"span",{},o);let f=h(l,"input",{type:"range",...c,
...V});return f.addEventListener("input",()=>a(Number(f.value))),f},m=1.4,F=_("lower edge of B",{min:g,max:A,step:.02},o=>{m=o,B()}),N=_("last temperature T",{min:.02,
max:1,step:.02},o=>{r[r.length-1]=T(o),P()}),$=h(e,"table"),O=h(h($,"thead"),"tr");for(let o of["overlap","share of A in B","gradient"])h(O,"th",{scope:"col"},o);
let I=h($,"tbody"),S=r.map((o,c)=>{let a=h(I,"tr");return[h(a,"th",{scope:"row",class:`t2b-key t2b-curve-${c}`}),h(a,"td"),h(a,"td")]}),y=0,b=o=>w.left+(o-g)/(A+
1-g)*(y-w.left-w.right),R=(o,c)=>{let[a,l,[f,u]]=G[o];return a+(u-L(c,f,u))/(u-f)*l};function tt(){i.replaceChildren();for(let[o,c,a]of[["share",[0,.5,1],"share\
 of A in B"],["gradient",[-1,0,1],"gradient"]]){let[l]=G[o];x(i,"text",{x:w.left,y:l-5},a);for(let f of c){let u=R(o,f);x(i,"line",{x1:w.left,x2:y-w.right,y1:u,
y2:u}),x(i,"text",{x:w.left-6,y:u+4,"text-anchor":"end"},f)}}for(let o of Z(g,A,y/90))x(i,"text",{x:b(o),y:z-6,"text-anchor":"middle"},String(o))}function P(){y&&
(v(s,{viewBox:`0 0 ${y} ${z}`,height:z}),tt(),r.forEach((o,c)=>{let a={share:[],gradient:[]};for(let l=g;l<=A+1e-9;l+=ct){let[f,u]=Q(l,o);a.share.push(`${b(l).toFixed(
1)},${R("share",f).toFixed(1)}`),a.gradient.push(`${b(l).toFixed(1)},${R("gradient",u).toFixed(1)}`)}for(let l of["share","gradient"])M[c][l].setAttribute("poin\
ts",a[l].join(" "))}),B())}function B(){if(!y)return;let[o,c]=G.boxes;for(let[[a,l],f,u]of[[d,0,o],[p,m,o+c/2]])v(a,{x:b(f),y:u,width:b(f+1)-b(f),height:c/2-4}),
v(l,{x:b(f)+8,y:u+21});v(E,{x1:b(m),x2:b(m),y1:o+c,y2:z-20}),r.forEach((a,l)=>{let[f,u]=Q(m,a);v(M[l].dots[0],{cx:b(m),cy:R("share",f)}),v(M[l].dots[1],{cx:b(m),
cy:R("gradient",u)}),[lt(a),q(f),q(u)].forEach((ot,et)=>Y(S[l][et],ot))}),F.value=m,N.value=r.at(-1)}let k=null,j=o=>{let{left:c,width:a}=s.getBoundingClientRect(),
f=((o.clientX-c)*y/a-w.left)/(y-w.left-w.right);return g+f*(A+1-g)},U=o=>{m=T(L(Math.round((j(o)-k)/.02)*.02,g,A)),B()};s.addEventListener("pointerdown",o=>{let c=j(
o)-m;k=c>=0&&c<=1?c:.5,s.setPointerCapture(o.pointerId),U(o)}),s.addEventListener("pointermove",o=>k!==null&&U(o));for(let o of["pointerup","pointercancel"])s.addEventListener(
o,()=>k=null);let D=new ResizeObserver(()=>{e.clientWidth===y||e.clientWidth<100||(y=e.clientWidth,P())});return D.observe(e),()=>D.disconnect()}var St={render:ft};export{St as default,Q as shareAt};
