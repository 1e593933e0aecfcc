// What pages do a little better with scripts. All of it works without.
const { show, hide } = document.querySelector("script[data-show]").dataset;

// A button beside each password shows what was typed.
for (const field of document.querySelectorAll(".secret > input[type=password]")) {
  const button = document.createElement("button");
  const say = (type, word) => {
    field.type = type;
    button.textContent = word;
    // Of several on a page, each names its field (WCAG 2.2, 2.5.3).
    button.ariaLabel = `${word}: ${field.labels[0].textContent}`;
  };
  const mask = () => say("password", show);
  button.type = "button";
  button.className = "reveal";
  button.addEventListener("click", () => {
    if (field.type === "text") mask();
    else say("text", hide);
  });
  mask();
  field.after(button);
  // A browser keeps what a text field held, and offers it again.
  field.form?.addEventListener("submit", mask);
  addEventListener("pagehide", mask);
}

// A button that may be pressed again in a while counts down to it.
for (const button of document.querySelectorAll("[data-countdown]")) {
  const words = button.textContent;
  const end = Date.now() + button.dataset.countdown * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    const seconds = String(left % 60).padStart(2, "0");
    button.disabled = left > 0;
    button.textContent = left > 0
      ? `${words} (${Math.trunc(left / 60)}:${seconds})`
      : words;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}
