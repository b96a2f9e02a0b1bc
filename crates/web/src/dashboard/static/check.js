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

// a QR code holds the text of the proof, or the address of its record here
const scan = document.getElementById("scan");
if (scan && "BarcodeDetector" in globalThis) {
  scan.hidden = false;
  document.getElementById("picture").addEventListener("change", async ({ target }) => {
    const picture = target.files[0] && (await createImageBitmap(target.files[0]).catch(() => undefined));
    const [code] = picture ? await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture) : [];
    await check(code?.rawValue ?? "");
  });
}
