// Where the elements of a selector are on the page, all together, with some room around them: left, top, width, height.
const ROOM = 12;
window.scrollTo(0, 0); // else Jenkins' header, which stays in the window, is in the middle of the picture
// The buttons of a form stay in the window, too.
document.querySelectorAll('#bottom-sticker, .jenkins-bottom-app-bar__shadow').forEach((bar) => { bar.style.visibility = 'hidden'; });
const boxes = [...document.querySelectorAll(arguments[0])].map((element) => element.getBoundingClientRect()).filter((box) => box.width > 0);
const left = Math.max(0, Math.min(...boxes.map((box) => box.left)) + window.scrollX - ROOM);
const top = Math.max(0, Math.min(...boxes.map((box) => box.top)) + window.scrollY - ROOM);
return [
  left,
  top,
  Math.max(...boxes.map((box) => box.right)) + window.scrollX + ROOM - left,
  Math.max(...boxes.map((box) => box.bottom)) + window.scrollY + ROOM - top,
];
