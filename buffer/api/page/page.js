// Brings new posts and comments in, every two seconds while somebody looks, and never under their fingers.
const list = document.getElementById("posts");
const isBusy = () => list.contains(document.activeElement) || [...list.querySelectorAll("input")].some((box) => box.value !== box.defaultValue);

/** The page holds a fresh key in every form, so what is compared is what a person sees. */
const seen = (root) => root.textContent + [...root.querySelectorAll("time")].map((time) => time.dateTime).join();
const localTimes = () => list.querySelectorAll("time").forEach((time) => {
  time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
});

let shown = seen(list);
localTimes();
setInterval(async () => {
  if (document.hidden || isBusy()) return;
  const answer = await fetch("/local").catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("posts");
  if (seen(fresh) === shown || isBusy()) return;
  shown = seen(fresh);
  list.replaceChildren(...fresh.childNodes);
  localTimes();
}, 2000);
