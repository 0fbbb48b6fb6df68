/** The big button: asks where the visitor is and lists the cabinets nearest to there. */

const FIND_WITHIN_MS = 15_000;
const FRESH_MS = 30_000; // a position found this recently will do
const INEXACT_M = 250; // beyond this the nearest cabinet may well be another
const REFUSALS = { 1: "Denied", 2: "Unavailable", 3: "Timeout" }; // GeolocationPositionError's codes
const ANSWERS = { 422: "Outside", 429: "Hurried" };

const button = document.querySelector("[data-nearby]");
const message = document.querySelector("[data-nearby-message]");
const place = document.querySelector("#plaats");
const list = document.querySelector("[data-list]");

/** Something that stopped the search; `reason` names the sentence that says what to do. */
class Stopped extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

button?.addEventListener("click", async () => {
  if (button.getAttribute("aria-disabled") === "true") {
    return;
  }
  button.setAttribute("aria-disabled", "true");
  say(button.dataset.textBusy);
  try {
    const { latitude, longitude, accuracy } = await findPosition();
    show(await askFor(latitude, longitude));
    announce(accuracy);
    document.dispatchEvent(
      new CustomEvent("aednet:nearby", { detail: { lat: latitude, lng: longitude } }),
    );
  } catch (error) {
    const reason = error instanceof Stopped ? error.reason : "Failed";
    say(button.dataset[`text${reason}`], { isTrouble: true });
  } finally {
    button.setAttribute("aria-disabled", "false");
  }
});

function findPosition() {
  if (!window.isSecureContext || !navigator.geolocation) {
    throw new Stopped("Unsupported");
  }
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(coords),
      ({ code }) => reject(new Stopped(REFUSALS[code] ?? "Failed")),
      { enableHighAccuracy: true, timeout: FIND_WITHIN_MS, maximumAge: FRESH_MS },
    );
  });
}

async function askFor(lat, lon) {
  let answer;
  try {
    answer = await fetch(button.dataset.url, { method: "POST", body: new URLSearchParams({ lat, lon }) });
  } catch {
    throw new Stopped(navigator.onLine ? "Failed" : "Offline");
  }
  if (!answer.ok) {
    throw new Stopped(ANSWERS[answer.status] ?? "Failed");
  }
  return answer.text();
}

function show(html) {
  list.innerHTML = html; // our own page's part; its scripts, if any, would not run
  place.value = "";
  place.removeAttribute("aria-invalid");
  document.querySelector("#plaats-error")?.remove();
  history.replaceState(null, "", location.pathname);
}

/** Say what was found to who cannot see the list, and to all how far to trust it. */
function announce(accuracy) {
  const found = list.querySelector("[data-announcement]")?.dataset.announcement ?? "";
  if (accuracy > INEXACT_M) {
    say(`${found} ${button.dataset.textInexact}`);
  } else {
    say(found, { isSeen: false });
  }
}

function say(text, { isTrouble = false, isSeen = true } = {}) {
  message.textContent = text;
  message.classList.toggle("is-trouble", isTrouble);
  message.classList.toggle("visually-hidden", !isSeen);
}
