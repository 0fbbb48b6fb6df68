/** The coverage page: asks anew when radius, day or hour change, and keeps the map in step. */

import { make } from "./cabinets.js";
import { CoverageMap } from "./coverage-map.js";

const WAIT_MS = 150; // while somebody slides on

const form = document.querySelector("[data-coverage-form]");
const hour = form.elements.hour;
const radius = form.elements.radius;
const map = CoverageMap.in(document.querySelector("[data-coverage-map]"));
let waiting = null;
let asking = new AbortController();

form.querySelector("[data-submit]").hidden = Boolean(map);
tellHour();
showMap(asking.signal);

hour.addEventListener("input", tellHour);
if (map) {
  form.addEventListener("input", askSoon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  for (const link of form.querySelectorAll("[data-radius]")) {
    link.addEventListener("click", (event) => {
      if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
        event.preventDefault();
        radius.value = link.dataset.radius;
        ask();
      }
    });
  }
}

function askSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT_MS);
}

/** Fetch the page for what the form says now and put its parts in the place of ours. */
async function ask() {
  clearTimeout(waiting);
  asking.abort();
  if (!checkRadius()) {
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  const url = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      location.assign(url); // signed out, or something else that a page of its own says best
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!signal.aborted) {
      putInPlace(page);
      say("");
      history.replaceState(null, "", url);
      await showMap(signal);
    }
  } catch {
    if (!signal.aborted) {
      say(form.dataset.textFailed);
    }
  }
}

function say(text) {
  form.querySelector("[data-message]").textContent = text;
}

function putInPlace(page) {
  for (const part of document.querySelectorAll("[data-part]")) {
    part.replaceChildren(...page.querySelector(`[data-part="${part.dataset.part}"]`).childNodes);
  }
  for (const link of form.querySelectorAll("[data-radius]")) {
    if (Number(link.dataset.radius) === Number(radius.value)) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

/** Draw what the page in its present state tells of, and lead from its list of gaps to the map. */
async function showMap(signal) {
  if (!map) {
    return;
  }
  const rows = [...document.querySelectorAll("[data-gap]")];
  for (const row of rows) {
    const name = row.querySelector("[data-gap-name]");
    const button = make("button", "gap-name", ...name.childNodes);
    button.type = "button";
    button.addEventListener("click", () => map.goToGap(Number(row.dataset.gap)));
    name.replaceWith(button);
  }
  const { at, radius: metres } = document.querySelector("[data-at]").dataset;
  const labels = rows.map(({ dataset }) => ({
    number: dataset.number,
    position: [Number(dataset.lat), Number(dataset.lon)],
  }));
  await map.show({ at, radius: Number(metres), labels, signal });
}

function tellHour() {
  const time = `${hour.value.padStart(2, "0")}:00`;
  form.querySelector("[data-hour]").textContent = time;
  hour.setAttribute("aria-valuetext", hour.dataset.textHour.replace("{hour}:00", time));
}

/** Tell whether the radius can be used, and say so beside the field where it cannot. */
function checkRadius() {
  const isUsable = radius.value !== "" && radius.validity.valid;
  document.querySelector("#radius-error").hidden = isUsable;
  radius.setAttribute("aria-invalid", String(!isUsable));
  radius.setAttribute("aria-describedby", isUsable ? "" : "radius-error");
  return isUsable;
}
