// What a phone does in a room: it asks for its state, shows it, and sends orders. All text goes in by textContent.
const $ = (id) => document.querySelector(`#${id}`);
const code = (location.pathname.split("/")[2] || "").toUpperCase();
const key = `jiran ${code}`;
let version = "";
let shown = null;
let until = 0;
let timer = 0;
let missed = 0;
let asking = false;
let lost = false;

const text = (id, words) => {
  $(id).textContent = words;
};
const show = (id, on) => {
  $(id).hidden = !on;
};
const place = (wanted) => {
  for (const id of ["enter", "join", "game"]) show(id, id === wanted);
};
const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}.`;
// A browser may keep nothing at all; then the cookie alone tells who this is.
const kept = (token) => {
  try {
    if (token !== undefined) localStorage.setItem(key, token);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

async function ask(what, content) {
  const headers = {};
  const token = kept();
  if (token) headers["x-token"] = token;
  const options = { headers };
  if (content) {
    headers["content-type"] = "application/json";
    Object.assign(options, { method: "POST", body: JSON.stringify(content) });
  }
  const answer = await fetch(`/join/${code}/${what}`, options);
  const found = answer.status === 204 ? null : await answer.json();
  return { status: answer.status, found };
}

function outside(status, words) {
  shown = null;
  version = "";
  text("trouble", words);
  place(status === 404 ? "enter" : "join");
  text("at", code);
}

function phase(now) {
  if (now.phase !== "open") {
    const words = { lobby: "Wait until the first round opens", asking: "Predict first", results: `Round ${now.round} is over`, ended: "The game has ended" };
    return `${words[now.phase]}.`;
  }
  if (!now.plays) return "You play from the next round on.";
  const left = now.left === null ? "" : ` ${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s left.`;
  return `Round ${now.round} is open.${left}`;
}

function tick() {
  if (!shown) return;
  const words = phase(shown);
  if ($("phase").textContent !== words) text("phase", words); // a screen reader reads each change
}

function drawOrder(now, fresh) {
  const may = now.phase === "open" && now.plays;
  show("order", may);
  show("ask", now.asks_price);
  text("asked", `${now.sells ? "Lowest price you take" : "Highest price you pay"}, ${now.range[0]} to ${now.range[1]}`);
  text("most", now.most_kwh);
  if (fresh) {
    text("trouble", "");
    $("price").value = "";
    $("kwh").value = now.most_kwh;
  }
  text("send", now.order ? "Send instead" : "Send");
  show("withdraw", now.order !== null);
  const sent = now.asks_price ? `${now.order?.[1]} at ${now.order?.[0]}` : now.order?.[1];
  text("sent", may && now.order ? `You have sent: ${sent}.` : "");
}

function drawQuestion(now) {
  show("poll", now.question !== undefined);
  show("says", now.question === undefined);
  text("question", now.question ?? "");
  text("guess", now.guess ?? "");
  if ($("answers").children.length !== (now.answers ?? []).length || !now.question) {
    $("answers").replaceChildren(
      ...(now.answers ?? []).map((words, nth) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
        button.addEventListener("click", () => send("vote", { answer: nth }));
        return button;
      }),
    );
  }
  for (const [nth, button] of [...$("answers").children].entries()) button.setAttribute("aria-pressed", now.voted === nth);
}

function draw(now) {
  const fresh = !shown || shown.round !== now.round || shown.label !== now.label || shown.value !== now.value;
  shown = now;
  version = now.v;
  until = performance.now() + 1000 * (now.left ?? 0);
  place("game");
  for (const id of ["name", "label", "says", "rule", "code", "total"]) text(id, now[id]);
  drawOrder(now, fresh);
  drawQuestion(now);
  show("result", now.result !== undefined);
  text("verdict", `${now.by_robot ? "A robot played for you. " : ""}${now.result ?? ""}`);
  $("why").replaceChildren(
    ...(now.why ?? []).map((words) => Object.assign(document.createElement("li"), { textContent: words })),
  );
  // Before a round opens, the lecturer may still choose another one.
  for (const id of ["rule", "ruleof"]) show(id, ["open", "results"].includes(now.phase));
  for (const id of ["prices", "pricesof"]) show(id, now.prices.length > 0);
  text("prices", now.prices.join(", "));
  tick();
}

async function poll() {
  clearTimeout(timer);
  if (asking || !code) return;
  asking = true;
  let wait = 1000;
  try {
    const { status, found } = await ask(`state?v=${version}`);
    missed = 0;
    if (status === 429) wait = 3000;
    else if (status !== 204 && (status !== 200 || found.phase === "outside")) {
      outside(status, status === 200 || status === 401 ? "" : sentence(found.error));
      return;
    } else {
      if (lost) text("trouble", ""); // what was refused stays until something else is sent, or the round is another
      lost = false;
      if (found) draw(found);
    }
    if (shown && ["open", "asking"].includes(shown.phase)) wait = 500;
  } catch {
    missed += 1;
    lost = missed > 2;
    if (lost) text("trouble", "No answer from the room. Trying again ...");
  } finally {
    asking = false;
  }
  timer = setTimeout(poll, wait);
}

async function send(what, content) {
  text("trouble", "");
  try {
    const { status, found } = await ask(what, content);
    if (status !== 200) {
      text("trouble", sentence(found.error));
      return;
    }
    if (found.token) kept(found.token);
    draw(found);
    poll();
  } catch {
    text("trouble", "No answer from the room. Send it again.");
  }
}

const on = (id, kind, act) =>
  $(id).addEventListener(kind, (event) => {
    event.preventDefault();
    act();
  });
on("enter", "submit", () => location.assign(`/join/${encodeURIComponent($("room").value.trim().toUpperCase())}`));
on("join", "submit", () => send("join", { name: $("nick").value }));
on("back", "click", () => send("back", { name: $("nick").value, seat: $("seat").value.trim() }));
on("withdraw", "click", () => send("withdraw", {}));
on("order", "submit", () => {
  const order = { kwh: $("kwh").value };
  if (shown.asks_price) order.price = $("price").value;
  send("order", order);
});
// A phone that wakes up, or finds its network again, asks at once.
document.addEventListener("visibilitychange", () => document.hidden || poll());
for (const kind of ["online", "pageshow"]) window.addEventListener(kind, poll);
setInterval(tick, 250);
if (!code) place("enter");
poll();
