/*
 * Fetches the parts of the pages of models, filters the list, and lets two versions be chosen for comparison. An answer that is on its way
 * is asked for again, ever more seldom, for about a minute.
 */
(function () {
  "use strict";

  const FIRST_WAIT = 1500;
  const BACKOFF = 1.5;
  const TRIES = 9;

  function say(place, text) {
    const status = document.createElement("p");
    status.className = "mlops-fetched__status";
    status.textContent = text;
    place.replaceChildren(status);
  }

  function show(place, html) {
    const inner = document.createElement("div");
    inner.innerHTML = html;
    place.replaceChildren(inner);
    filterable(inner);
    comparable(inner);
    if (window.Behaviour) {
      window.Behaviour.applySubtree(inner, true);
    }
  }

  async function load(place, attempt) {
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(place.dataset.url, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) {
        say(
          place,
          answer.status === 404
            ? "There is nothing to show here."
            : "Jenkins did not answer as expected (" + (answer.status || "sign in again") + "). Load the page anew.",
        );
        place.setAttribute("aria-busy", "false");
        return;
      }
      const html = await answer.text();
      const asking = answer.headers.get("X-Mlops-Asking") === "true" && attempt < TRIES;
      if (html !== place.mlopsShown) {
        place.mlopsShown = html;
        show(place, html);
      }
      place.setAttribute("aria-busy", String(asking));
      if (asking) {
        window.setTimeout(() => load(place, attempt + 1), FIRST_WAIT * Math.pow(BACKOFF, attempt));
      }
    } catch (e) {
      say(place, "Jenkins is out of reach. Load the page anew.");
      place.setAttribute("aria-busy", "false");
    }
  }

  function filterable(root) {
    root.querySelectorAll(".mlops-filter").forEach((field) => {
      const rows = root.querySelectorAll("tr[data-mlops-name]");
      const count = root.querySelector(".mlops-filter__count");
      field.addEventListener("input", () => {
        const wanted = field.value.trim().toLowerCase();
        let shown = 0;
        rows.forEach((row) => {
          const hit = row.dataset.mlopsName.toLowerCase().includes(wanted);
          row.hidden = !hit;
          shown += hit ? 1 : 0;
        });
        if (count) {
          count.textContent = wanted === "" ? "" : shown + " of " + rows.length + " models";
        }
      });
    });
  }

  function comparable(root) {
    root.querySelectorAll("form.mlops-compare").forEach((form) => {
      const button = form.querySelector("button[type=submit]");
      const boxes = form.querySelectorAll("input[type=checkbox][name=v]");
      const update = () => {
        const chosen = [...boxes].filter((box) => box.checked).length;
        button.disabled = chosen !== 2;
        boxes.forEach((box) => {
          box.disabled = chosen === 2 && !box.checked;
        });
      };
      boxes.forEach((box) => box.addEventListener("change", update));
      update();
    });
  }

  function start() {
    document.querySelectorAll(".mlops-fetched").forEach((place) => load(place, 0));
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
