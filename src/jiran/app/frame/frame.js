// On a phone the menu lies over the page, so a tap on a page closes it; and fields for numbers say what they take.
(() => {
  if (window.jiranFrame) return;
  window.jiranFrame = true;
  const NARROW = 768;
  // A viewer who has chosen a page wants to see it: while it changes, Streamlit may open the menu again.
  let shut = false;
  const choose = () => (shut = window.innerWidth < NARROW);
  // A slow phone may have left the page that it opened before this runs.
  let path = new URL(performance.getEntriesByType("navigation")[0]?.name ?? location).pathname;
  const close = () => {
    if (!shut || document.querySelector("[data-testid=stSidebar]")?.dataset.collapsed !== "false") return;
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
    later(); // whether it is closed now
  };
  const nameSteps = () => {
    for (const [id, verb] of [["Up", "Increment"], ["Down", "Decrement"]]) {
      for (const button of document.querySelectorAll(`[data-testid=stNumberInputStep${id}]`)) {
        const field = button.closest("[data-testid=stNumberInput]")?.querySelector("input")?.getAttribute("aria-label");
        const name = field ? `${verb}: ${field}` : verb;
        if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
      }
    }
  };
  // A formula that is wider than its place can be scrolled, and so by keyboard too.
  const openFormulas = () => document.querySelectorAll(".katex-display:not([tabindex])").forEach((one) => one.setAttribute("tabindex", "0"));
  // A field for numbers turns red without a word, and drops a comma, so that 3,5 becomes 35. Here a comma is the decimal point.
  const FIELD = "[data-testid=stNumberInput] input";
  const COMMA = "A comma is read as the decimal point; thousands have no sign.";
  const wrong = ({ validity, min, max, step }) => {
    if (validity.rangeOverflow) return `Must be at most ${max}.`;
    if (validity.rangeUnderflow) return `Must be at least ${min}.`;
    if (validity.stepMismatch && step === "1") return "Must be a whole number.";
    return validity.badInput ? "Must be a number, such as 3.5." : "";
  };
  const tell = (field, words) => {
    const box = field.closest("[data-testid=stNumberInput]");
    const said = box.querySelector(".number-note");
    if (!words) return said?.remove();
    const note = said ?? box.appendChild(document.createElement("p"));
    note.className = "number-note";
    note.setAttribute("role", "alert");
    if (note.textContent !== words) note.textContent = words;
  };
  // A field may get another value without anybody typing in it, as by Undo.
  const tellAgain = () => {
    for (const note of document.querySelectorAll(".number-note")) {
      const field = note.closest("[data-testid=stNumberInput]")?.querySelector("input");
      if (field && !field.dataset.comma) tell(field, wrong(field));
    }
  };
  const onNumber = (event) => {
    const field = event.target;
    if (!field.matches?.(FIELD)) return;
    if (event.type === "beforeinput") {
      if (!event.data?.includes(",")) return;
      event.preventDefault();
      document.execCommand("insertText", false, event.data.replaceAll(",", "."));
      field.dataset.comma = "1";
    }
    if (event.type === "focusout") delete field.dataset.comma;
    tell(field, wrong(field) || (field.dataset.comma ? COMMA : ""));
  };
  for (const name of ["beforeinput", "input", "focusout"]) document.addEventListener(name, onNumber, true);
  let waits = false;
  const later = () => {
    if (waits) return;
    waits = true;
    setTimeout(() => {
      waits = false;
      if (location.pathname !== path) choose();
      path = location.pathname;
      nameSteps();
      tellAgain();
      openFormulas();
      close();
    }, 250);
  };
  const tapped = ({ target }) => {
    if (target.closest?.("[data-testid=stSidebarNavLink]")) choose();
    else if (target.closest?.("[data-testid=stExpandSidebarButton]")) shut = false;
    setTimeout(close);
  };
  // Esc leaves the mode for a projector; the page opens anew, with its panel.
  document.addEventListener("keydown", ({ key }) => {
    const link = new URL(location);
    if (key !== "Escape" || !link.searchParams.has("present")) return;
    link.searchParams.delete("present");
    location.replace(link);
  });
  document.addEventListener("click", tapped, true); // before the link is drawn anew, and its old self is nowhere
  new MutationObserver(later).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-collapsed"] });
  later();
})();
