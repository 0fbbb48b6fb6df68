/** Keeps the demo's telephone up to date: what the page would show now replaces what it shows. */

const EVERY_MS = 3000;
const live = () => document.querySelectorAll("[data-live]");

setInterval(refresh, EVERY_MS);

async function refresh() {
  if (document.hidden) {
    return;
  }
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of live()) {
      const newer = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (newer && newer.innerHTML !== part.innerHTML) {
        part.replaceChildren(...newer.childNodes);
      }
    }
  } catch {
    // The demo was stopped, or is being started again: what is shown stays.
  }
}
