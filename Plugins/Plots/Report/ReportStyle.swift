import Foundation

/// What makes a page of a report look and move as it does.
enum ReportStyle {
  /// A picture as a part of a page: its width follows the page, and its names are its own.
  static func embedded(_ svg: String, id: String) -> String {
    var svg = svg.replacingOccurrences(of: "#c0", with: "#\(id)")
    svg = svg.replacingOccurrences(of: "id=\"c0\"", with: "id=\"\(id)\"")
    guard let width = svg.range(of: " width="), let box = svg.range(of: " viewBox=") else {
      return svg
    }
    svg.removeSubrange(width.lowerBound..<box.lowerBound)
    return svg
  }

  static let css = """
    :root{color-scheme:light dark;--bg:#fff;--text:#222;--soft:#666;--line:#e3e3e3;--card:#fafafa}
    @media(prefers-color-scheme:dark){:root{--bg:#17191c;--text:#e8e8e8;--soft:#a0a5ab;--line:#33373d;--card:#1e2125}}
    body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif}
    header,main{max-width:980px;margin:0 auto;padding:12px 16px}
    h1{font-size:22px;margin:8px 0 0;overflow-wrap:anywhere}h2{font-size:17px;margin:24px 0 8px}
    header p{margin:4px 0;font-weight:600}
    .good{color:#0a7d55}.bad{color:#c8451b}.running{color:#8a6100}
    @media(prefers-color-scheme:dark){.good{color:#2bc397}.bad{color:#ff7f3f}.running{color:#e6b94f}}
    .facts{display:flex;flex-wrap:wrap;gap:8px}
    .facts div{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:6px 12px}
    .facts span{display:block;font-size:12px;color:var(--soft)}
    .curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:12px;margin-top:16px}
    figure{margin:0;position:relative;border:1px solid var(--line);border-radius:6px;overflow:hidden}
    figure svg{display:block;width:100%;height:auto}
    .dark{display:none}
    @media(prefers-color-scheme:dark){.light{display:none}.dark{display:block}}
    .tip{position:absolute;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:4px;
    padding:3px 8px;font-size:12px;white-space:nowrap;z-index:1}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:500}
    """

  static let script = """
    for(const f of document.querySelectorAll("figure")){
    const d=JSON.parse(f.querySelector("script").textContent),t=f.querySelector(".tip"),w=\(Int(ReportCurves.Group.width));
    const hide=()=>{t.hidden=true};
    f.addEventListener("pointerleave",hide);
    f.addEventListener("pointermove",e=>{
    const b=f.getBoundingClientRect(),k=w/b.width,x=(e.clientX-b.left)*k,y=(e.clientY-b.top)*k;
    if(!d.series||x<d.x0-4||x>d.x1+4||y<d.y0-4||y>d.y1+4)return hide();
    const s=d.lo+(x-d.x0)/(d.x1-d.x0)*(d.hi-d.lo);let best=null;
    for(const c of d.series)for(const a of c.s)if(best===null||Math.abs(a-s)<Math.abs(best-s))best=a;
    if(best===null)return hide();
    t.textContent="";
    const add=q=>{const l=document.createElement("div");l.textContent=q;t.append(l)};
    add("step "+best);
    for(const c of d.series){const i=c.s.lastIndexOf(best);if(i>=0)add(c.n+": "+(typeof c.v[i]==="number"?
    +c.v[i].toPrecision(6):c.v[i]))}
    t.hidden=false;
    const px=e.clientX-b.left,py=e.clientY-b.top;
    t.style.left=Math.max(0,Math.min(px+12,b.width-t.offsetWidth-4))+"px";
    t.style.top=Math.max(0,Math.min(py+12,b.height-t.offsetHeight-4))+"px";
    });}
    """
}
