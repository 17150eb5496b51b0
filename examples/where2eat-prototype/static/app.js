// voting
document.querySelectorAll(".vote").forEach(function (button) {
  button.addEventListener("click", async function () {
    const response = await fetch("/api/groups/" + button.dataset.group + "/vote", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ restaurant_id: button.dataset.restaurant }),
    });
    if (response.ok) {
      button.innerText = "Voted!";
      if (window.confetti) confetti();
      loadResults();
    } else {
      alert("That did not work, are you logged in?");
    }
  });
});

// live results on the group page
async function loadResults() {
  const box = document.getElementById("live-results");
  if (!box) return;
  const response = await fetch("/api/groups/" + box.dataset.group + "/results");
  const results = await response.json();
  let html = "";
  for (const r of results) {
    html += "<div><b>" + r.name + "</b> " + r.votes + " votes <small>" + r.voters.join(", ") + "</small></div>";
  }
  box.innerHTML = html || "nobody voted yet";
}

loadResults();
if (document.getElementById("live-results")) setInterval(loadResults, 3000);
