// Runs in every page before its own scripts: counts what is being fetched, so that a test can wait until the page is quiet.
(() => {
  let pending = 0;
  let last = performance.now();
  const begin = () => { pending++; last = performance.now(); };
  const end = () => { pending--; last = performance.now(); };
  const fetched = window.fetch;
  window.fetch = (...args) => {
    begin();
    const answer = fetched.apply(window, args);
    answer.then(end, end);
    return answer;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...args) {
    begin();
    this.addEventListener("loadend", end);
    return send.apply(this, args);
  };
  window.testQuiet = () => pending <= 0 && performance.now() - last > 200;

  // Pictures are compared: nothing may be on its way from one state to the next.
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent !important; }");
  document.addEventListener("DOMContentLoaded", () => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  });
})();
