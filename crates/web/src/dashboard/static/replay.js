// Moves the page through time: asks for the figures as known at a checkpoint and puts them into the column of that time.
const [slider, ask, table] = ["slider", "ask", "figures"].map((id) => document.getElementById(id));
const [step, size, root, received, asOf] = ["step", "size", "root", "received", "as_of"].map((id) => document.getElementById(id));
const steps = ask.dataset.steps.split(" ");
const rows = new Map([...table.tBodies[0].rows].map((row) => [row.dataset.code, row]));

/** `2026-11-27T19:22:37.831+07:00` as the pages print it. */
function moment(time) {
  const [, year, month, day, clock] = /^(\d+)-(\d\d)-(\d\d)T([\d:]{8})/.exec(time);
  return `${day}/${month}/${year} ${clock}`;
}

function show({ as_of, figures }) {
  size.textContent = as_of.size.toLocaleString("de-DE"); // dots between thousands, as in Vietnamese
  root.textContent = as_of.root;
  received.textContent = moment(as_of.time);
  asOf.value = as_of.size;
  const known = new Map(figures.map((figure) => [figure.indicator, figure.printed]));
  for (const [code, row] of rows) {
    const [then, now] = [row.querySelector(".then"), row.querySelector(".now")];
    then.textContent = known.get(code) ?? "—";
    if (then.textContent !== "—") row.classList.remove("nothing");
    then.classList.toggle("other", then.textContent !== now.textContent);
  }
  table.dataset.size = as_of.size;
}

let asked = 0;
async function move() {
  const mine = ++asked;
  step.textContent = Number(slider.value) + 1;
  const at = steps[slider.value];
  const address = `/replay?period=${encodeURIComponent(ask.dataset.period)}&as_of=${at}`;
  const answer = await fetch(address.replace("/replay", "/api/v1/figures") + (ask.dataset.brief ? "&brief=1" : ""));
  if (mine !== asked || !answer.ok) return; // a newer question is under way
  show(await answer.json());
  history.replaceState(null, "", address);
}

slider.disabled = false;
slider.addEventListener("input", move);
