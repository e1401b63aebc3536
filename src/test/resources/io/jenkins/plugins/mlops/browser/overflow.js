// What of an element sticks out of the window to the right, and is in no box that scrolls.
const width = document.documentElement.clientWidth;
const found = [];
const scrolls = (element) => {
  for (let e = element.parentElement; e && e !== document.documentElement; e = e.parentElement) {
    const x = getComputedStyle(e).overflowX;
    if ((x === "auto" || x === "scroll" || x === "hidden" || x === "clip") && e.getBoundingClientRect().right <= width + 1) {
      return true;
    }
  }
  return false;
};
for (const root of document.querySelectorAll(arguments[0])) {
  for (const element of root.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width > 1 && box.height > 1 && box.right > width + 1 && style.visibility !== "hidden" && !scrolls(element)) {
      found.push(`<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ends at ${Math.round(box.right)} of ${width}: ${element.textContent.trim().slice(0, 40)}`);
    }
  }
}
return found;
