"use strict";
// The flow diagram: the slider puts the ribbons of a period, worked out beforehand, into the drawing.
(function () {
  const slider = document.getElementById("flow-period");
  if (slider === null) { return; }
  const data = JSON.parse(document.getElementById("flow-data").textContent);
  const drawing = document.getElementById("flow-diagram");
  const paths = drawing.querySelectorAll("path");
  const bars = drawing.querySelectorAll("rect");
  const values = drawing.querySelectorAll(".value");
  const said = document.getElementById("flow-said");
  const titles = Array.from(paths, function (path) { return path.querySelector("title").textContent.split(": ")[0]; });
  function band(span, ribbon) {
    const [x0, x1] = span, [a, b, height] = ribbon, x = (x0 + x1) / 2;
    if (height === 0) { return ""; }
    return `M${x0} ${a}C${x} ${a} ${x} ${b} ${x1} ${b}v${height}` +
      `C${x} ${b + height} ${x} ${a + height} ${x0} ${a + height}Z`;
  }
  function show(period) {
    paths.forEach(function (path, k) {
      path.setAttribute("d", band(data.spans[k], data.ribbons[period][k]));
      path.querySelector("title").textContent = titles[k] + ": " + data.units[period][k];
    });
    bars.forEach(function (bar, k) { bar.setAttribute("height", data.bars[period][k]); });
    values.forEach(function (value, k) { value.textContent = data.values[period][k]; });
    slider.setAttribute("aria-valuetext", data.names[period]);
    said.textContent = data.said[period];
  }
  slider.addEventListener("input", function () { show(Number(slider.value)); });
  slider.parentElement.hidden = false;
  show(Number(slider.value));
}());
// A long CSV file is packed in the page, and kept unpacked where the browser can unpack it.
(function () {
  if (typeof DecompressionStream === "undefined") { return; }
  document.querySelectorAll("a[download$='.csv.gz']").forEach(function (link) {
    const name = link.download.replace(/\.gz$/, "");
    link.textContent = name;
    link.addEventListener("click", async function (event) {
      event.preventDefault();
      const packed = Uint8Array.from(atob(link.href.split(",")[1]), function (letter) { return letter.charCodeAt(0); });
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      const data = await new Response(stream, { headers: { "Content-Type": "text/csv" } }).blob();
      const kept = document.createElement("a");
      kept.href = URL.createObjectURL(data);
      kept.download = name;
      kept.click();
      setTimeout(function () { URL.revokeObjectURL(kept.href); }, 1000);
    });
  });
}());
