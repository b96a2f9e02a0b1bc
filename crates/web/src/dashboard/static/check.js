// Shows what proof.js found: of this page's record, or of a file that is dropped or chosen.
import { checkProof, say } from "/static/proof.js";

const place = document.getElementById("checked");

function show({ ok, steps }) {
  const head = document.createElement("p");
  head.className = ok ? "verdict good" : "verdict bad";
  head.textContent = ok ? `✓ ${say("js_proven")}` : `✗ ${say("js_failed")}`;
  const list = document.createElement("ul");
  list.className = "plain steps";
  for (const step of steps) {
    const item = document.createElement("li");
    item.className = step.ok === undefined ? "" : step.ok ? "good" : "bad";
    item.textContent = `${step.ok === undefined ? "·" : step.ok ? "✓" : "✗"} ${step.text}`;
    list.append(item);
  }
  place.replaceChildren(head, list);
  place.dataset.verdict = ok ? "proven" : "failed";
}

async function check(text, expected) {
  delete place.dataset.verdict;
  place.textContent = say("js_checking");
  try {
    show(await checkProof(text, expected));
  } catch (error) {
    show({ ok: false, steps: [{ ok: false, text: String(error) }] });
  }
}

if (place.dataset.proof) {
  const answer = await fetch(place.dataset.proof).catch(() => undefined);
  await check(answer?.ok ? await answer.text() : "", place.dataset.name);
} else {
  place.textContent = "";
}

const [file, drop] = [document.getElementById("file"), document.getElementById("drop")];
const take = async (chosen) => chosen && check(chosen.size > 4 << 20 ? "" : await chosen.text());
file?.addEventListener("change", () => take(file.files[0]));
drop?.addEventListener("dragover", (event) => event.preventDefault());
drop?.addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});

// a QR code on paper holds the text of the proof; it is read here, from the pixels, and goes nowhere
const SCALES = [1, 0.75, 1.5, 0.5, 2]; // of the picture as it is looked at: where modules fall between pixels at one, they do not at another
const MOST_PIXELS = 6e6;

/** The code in a picture at a scale, if it can be read there. */
function readAt(bitmap, scale) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(bitmap.width * scale), Math.ceil(bitmap.height * scale)];
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.fillStyle = "#fff"; // a picture may be transparent
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return globalThis.jsQR(data, width, height)?.binaryData;
  } catch {
    return undefined; // what looked like a code was none
  }
}

async function read(picture) {
  const bitmap = await createImageBitmap(picture);
  if (!globalThis.jsQR) await import("/static/jsqr.js");
  const largest = Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height));
  for (const scale of SCALES) {
    const bytes = readAt(bitmap, Math.min(scale, largest));
    if (bytes?.length) return new TextDecoder().decode(Uint8Array.from(bytes));
  }
  return undefined;
}

document.getElementById("picture")?.addEventListener("change", async ({ target }) => {
  if (!target.files[0]) return;
  delete place.dataset.verdict;
  place.textContent = say("js_checking");
  const text = await read(target.files[0]).catch(() => undefined);
  if (text) await check(text);
  else show({ ok: false, steps: [{ ok: false, text: say("js_no_qr") }] });
});
const scan = document.getElementById("scan");
if (scan) scan.hidden = false;
