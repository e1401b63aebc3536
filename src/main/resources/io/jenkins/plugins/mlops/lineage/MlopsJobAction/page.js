// Remembers in the browser what somebody has chosen to see of a job, and shows that when the page is opened without a choice.
document.addEventListener("DOMContentLoaded", () => {
  if (!document.querySelector("form.mlops-choose")) {
    return;
  }
  const key = "mlops-trend " + window.location.pathname;
  const remembered = window.localStorage.getItem(key);
  if (window.location.search) {
    window.localStorage.setItem(key, window.location.search);
  } else if (remembered) {
    window.location.replace(window.location.pathname + remembered);
  }
});
