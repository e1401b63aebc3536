/*
 * Draws every <div class="mlops-chart" data-chart="JSON" data-label="..."> with ECharts, in the colours of the theme:
 *   {"type": "line" | "bar", "x": [label or number, ...], "xType": "category" | "value", "xLabel", "yLabel",
 *    "series": [{"name", "data": [number | null, ...] | [[x, y], ...], "dashed": true}, ...]}
 * A dashed series is a limit and has the colour of the series before it. What a chart shows stands in a table too: the chart is a
 * picture for a screen reader, with data-label as its name.
 */
(function () {
  const PALETTE = ["--blue", "--orange", "--green", "--purple", "--red", "--cyan", "--brown", "--pink"];
  const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "pin", "arrow", "emptyCircle"];

  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // As red, green and blue: themes write colours in ways that ECharts cannot read.
  function colour(expression, where) {
    const probe = document.createElement("span");
    probe.style.color = expression;
    where.append(probe);
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    probe.remove();
    const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  }

  function option(model, where) {
    const text = colour("var(--text-color)", where);
    const faint = colour("color-mix(in srgb, var(--text-color) 20%, var(--background))", where);
    const axis = {
      nameTextStyle: { color: text },
      axisLabel: { color: text },
      axisLine: { lineStyle: { color: text } },
      splitLine: { lineStyle: { color: faint } },
    };
    let last = -1;
    return {
      animation: false,
      textStyle: { color: text, fontFamily: getComputedStyle(where).fontFamily },
      grid: { left: 8, right: 24, top: model.yLabel ? 32 : 16, bottom: model.xLabel ? 76 : 56, containLabel: true },
      legend: { type: "scroll", bottom: 0, textStyle: { color: text }, pageTextStyle: { color: text }, pageIconColor: text },
      tooltip: {
        trigger: "axis",
        // Drawn, not written as HTML with style attributes, which the content security policy may refuse.
        renderMode: "richText",
        confine: true,
        backgroundColor: colour("var(--background)", where),
        borderColor: faint,
        textStyle: { color: text },
      },
      xAxis: { type: model.xType, name: model.xLabel, nameLocation: "middle", nameGap: 28, ...(model.xType === "category" ? { data: model.x } : {}), ...axis },
      // The name begins at the axis: in its middle, a long one is cut off at the chart's edge.
      yAxis: { type: "value", name: model.yLabel, scale: true, ...axis, nameTextStyle: { color: text, align: "left" } },
      series: model.series.map((series) => {
        last += series.dashed && last >= 0 ? 0 : 1;
        const own = colour(`color-mix(in srgb, var(${PALETTE[last % PALETTE.length]}) 80%, var(--text-color))`, where);
        return {
          name: series.name,
          type: model.type,
          data: model.xType === "value" && !Array.isArray(series.data[0]) ? series.data.map((y, i) => [model.x[i], y]) : series.data,
          color: own,
          symbol: series.dashed ? "none" : SYMBOLS[last % SYMBOLS.length],
          symbolSize: 6,
          showAllSymbol: true,
          lineStyle: { width: series.dashed ? 1.5 : 2, type: series.dashed ? "dashed" : "solid", color: own },
        };
      }),
    };
  }

  function draw(where) {
    let model;
    try {
      model = JSON.parse(where.dataset.chart);
    } catch (e) {
      return; // the table says it all
    }
    where.setAttribute("role", "img");
    where.setAttribute("aria-label", where.dataset.label || "Chart");
    const chart = window.echarts.getInstanceByDom(where) || window.echarts.init(where);
    chart.setOption(option(model, where), true);
  }

  function all(root) {
    if (!window.echarts) {
      return;
    }
    root.querySelectorAll(".mlops-chart[data-chart]").forEach((where) => {
      draw(where);
      if (window.ResizeObserver) {
        new ResizeObserver(() => window.echarts.getInstanceByDom(where)?.resize()).observe(where);
      }
    });
  }

  function redraw() {
    if (window.echarts) {
      document.querySelectorAll(".mlops-chart[data-chart]").forEach(draw);
    }
  }

  // Another theme is chosen in the account's menu, without a new page, or by the system, for a theme that follows it.
  function begin() {
    all(document);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }
})();
