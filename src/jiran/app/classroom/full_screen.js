// The button that fills the screen; a browser allows it only from a click, and some (iPhones) not at all.
(() => {
  const button = document.querySelector(".st-key-full_screen button");
  if (!button || button.dataset.ready || !document.fullscreenEnabled) return;
  const name = () => (button.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen");
  button.dataset.ready = "yes";
  button.hidden = false;
  button.addEventListener("click", () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  document.addEventListener("fullscreenchange", name);
  name();
})();
