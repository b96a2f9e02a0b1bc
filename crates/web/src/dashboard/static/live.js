// News by server-sent events: how far the log is, and its newest records. Texts are set as text, never as markup.
import { say } from "/static/proof.js";

const [status, newest, minute] = ["live", "newest", "minute"].map((id) => document.getElementById(id));
const news = new EventSource("/api/v1/live");

const number = (value) => value.toLocaleString("de-DE"); // dots between thousands, as in Vietnamese

function tell(state, text) {
  status.dataset.state = state;
  status.textContent = text;
}

news.addEventListener("open", () => tell("open", say("js_live")));
news.addEventListener("error", () => tell("lost", say("js_live_lost")));
news.addEventListener("checkpoint", (event) => {
  const said = JSON.parse(event.data);
  // the figures above stay those of their cut-off: the page says that there is more, and does not pretend
  tell("open", `${say("js_live")} ${say("js_log_has")} ${number(said.size)}.`);
  minute.textContent = number(said.minute);
  newest.replaceChildren(...said.newest.map(line));
});

function line(record) {
  const [item, link] = [document.createElement("li"), document.createElement("a")];
  link.href = `/record/${record.name}`;
  link.textContent = record.name;
  item.append(link, record.label ? ` ${record.label} · ${record.unit}` : ` ${record.unit}`);
  if (!record.counts) {
    const mark = document.createElement("strong");
    mark.className = "bad";
    mark.textContent = ` ${say("js_rejected")}`;
    item.append(mark);
  }
  return item;
}
