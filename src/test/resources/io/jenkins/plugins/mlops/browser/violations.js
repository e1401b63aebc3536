// What axe-core finds in an element.
const [within, done] = arguments;
const parts = [...document.querySelectorAll(within)];
if (parts.length === 0) {
  done([`there is no ${within}`]);
  return;
}
window.axe
  .run({ include: parts }, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    // Asked of a whole page, and of its layout, which is Jenkins' own.
    rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false }, "landmark-one-main": { enabled: false },
      // Two trainings of one experiment are two sections of one name.
      "landmark-unique": { enabled: false } },
    resultTypes: ["violations"],
  })
  .then(
    (result) =>
      done(
        result.violations.flatMap((rule) =>
          rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}: ${(node.failureSummary ?? "").replace(/\s+/g, " ").slice(0, 240)}`),
        ),
      ),
    (problem) => done([`axe-core failed: ${problem}`]),
  );
