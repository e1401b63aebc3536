// What is wrong with the page's charts: not drawn, without a name, or in colours too near to the background (WCAG 2.1, 1.4.3 and 1.4.11).
const pixel = document.createElement("canvas").getContext("2d");
const rgb = (colour) => {
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data];
};
const luminance = (colour) => {
  const [r, g, b] = rgb(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if (rgb(colour)[3] === 255) {
      return colour;
    }
  }
  return "white";
};
const charts = [...document.querySelectorAll(".mlops-chart")];
const faults = charts.length === 0 ? ["there is no chart"] : [];
for (const chart of charts) {
  const canvas = chart.querySelector("canvas");
  const drawn = window.echarts?.getInstanceByDom(chart)?.getOption();
  if (!canvas || !drawn) {
    faults.push("a chart was not drawn");
    continue;
  }
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  if (pixels.every((value, i) => value === pixels[i % 4])) {
    faults.push("a chart is blank");
  }
  if (chart.getAttribute("role") !== "img" || !chart.getAttribute("aria-label")) {
    faults.push("a chart has no name for a screen reader");
  }
  const background = behind(chart);
  const text = contrast(drawn.textStyle.color, background);
  if (text < 4.5) {
    faults.push(`text of a chart has a contrast of ${text.toFixed(2)}`);
  }
  for (const series of drawn.series) {
    const line = contrast(series.color, background);
    if (line < 3) {
      faults.push(`${series.name} has a contrast of ${line.toFixed(2)}: ${series.color} on ${background}`);
    }
  }
}
return faults;
