package io.jenkins.plugins.mlops.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class GateReportsTest {

    private static final String RULES = """
            rules:
              - {metric: mAP, direction: higher, threshold: 0.5}
              - {metric: mAP, direction: higher, baseline: champion, max_drop: 1%, slices: "*"}
              - {metric: mAP, direction: higher, threshold: 0.3, slices: [night], min_samples: 50}
            """;
    private static final String CANDIDATE = """
            {"mAP": 0.61, "latency": NaN, "slices": {"night": {"mAP": 0.41, "samples": 7}, "day": {"mAP": 0.7}},
             "confusion_matrix": {"labels": ["cat", "dog"], "counts": [[8, 2], [0, 9]]},
             "curves": {"pr": {"x": [0, 0.5, 1], "y": [1, 0.8, 0.2], "x_label": "recall", "y_label": "precision"}}}
            """;
    private static final String CHAMPION = """
            {"mAP": 0.62, "slices": {"night": {"mAP": 0.47}, "day": {"mAP": 0.7}},
             "confusion_matrix": {"labels": ["cat", "dog"], "counts": [[9, 1], [1, 8]]}}
            """;

    private static GateResult result() {
        return Gates.evaluate(RULES, Gates.measurement(CANDIDATE), Gates.measurement(CHAMPION));
    }

    /** Everything that a file can name is called {@code name}. */
    private static GateResult named(String name) {
        ObjectNode slice = Documents.json().createObjectNode().put(name, 0.4).put("samples", 3);
        ObjectNode metrics = Documents.json().createObjectNode().put(name, 0.6);
        metrics.putObject("slices").set(name, slice);
        ObjectNode matrix = metrics.putObject("confusion_matrix");
        matrix.putArray("labels").add(name);
        matrix.putArray("counts").addArray().add(3);
        ObjectNode curve = metrics.putObject("curves").putObject(name);
        curve.putArray("x").add(1);
        curve.putArray("y").add(2);
        curve.put("x_label", name).put("y_label", name);
        Measurement candidate =
                new Measurement(name, Digest.of(name), null, null, MetricsReader.metrics(metrics, name));
        Rule overall = rule(name, SliceSelection.OVERALL);
        Rule all = rule(name, SliceSelection.ALL);
        Rule missing = rule(name + "?", SliceSelection.named(List.of(name)));
        Baseline baseline = new Baseline.Found(name, candidate);
        return new Gate(new RuleSet(List.of(overall, all, missing)), name, Digest.of("rules"))
                .evaluate(candidate, reference -> baseline);
    }

    private static Rule rule(String metric, SliceSelection slices) {
        Rule model = RuleSet.parse(
                        "rules:\n  - {metric: m, direction: higher, threshold: 0.5, baseline: champion}", "gate.yaml")
                .rules()
                .get(0);
        return new Rule(
                metric,
                model.direction(),
                model.threshold(),
                model.baseline(),
                model.maxDrop(),
                slices,
                model.tolerance(),
                null,
                false,
                false,
                null);
    }

    @Test
    void fourFilesAreWrittenAndTheDigestIsThatOfTheJson(@TempDir Path directory) throws IOException {
        Path reports = directory.resolve("a/b");
        GateReports.write(result(), reports);
        try (Stream<Path> files = Files.list(reports)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("gate.json", "gate.md", "gate.xml", "gate.html");
        }
        assertThat(Digest.of(reports.resolve("gate.json"))).isEqualTo(GateReports.digest(result()));
    }

    @Test
    void equalInputsGiveEqualBytes(@TempDir Path directory) throws IOException {
        for (String name : List.of("a", "b")) {
            GateReports.write(result(), directory.resolve(name));
        }
        for (String file : List.of("gate.json", "gate.md", "gate.xml", "gate.html")) {
            assertThat(directory.resolve("a").resolve(file)).hasSameBinaryContentAs(directory.resolve("b/" + file));
        }
    }

    @Test
    void reportsThatCannotBeWrittenAreOneSentence(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> GateReports.write(result(), file))
                .isInstanceOf(MlopsException.class)
                .hasMessageStartingWith("The gate's reports cannot be written to " + file);
    }

    @Test
    void theJsonHasTheFieldsOfTheContract() {
        JsonNode json = Documents.readJson(Documents.toJson(GateDocument.of(result())), "gate.json", JsonNode.class);
        assertThat(json.path("verdict").asText()).isEqualTo("fail");
        assertThat(json.path("candidate").path("file").asText()).isEqualTo("metrics.json");
        assertThat(json.path("candidate").path("digest").asText()).startsWith("sha256:");
        assertThat(json.path("candidate").has("model")).isFalse();
        assertThat(json.path("baseline").path("digest").asText()).startsWith("sha256:");
        assertThat(json.path("rules")).hasSize(3);
        JsonNode worst = json.path("rules").get(1);
        assertThat(worst.path("slice").asText()).isEqualTo("night");
        assertThat(worst.path("slices").asText()).isEqualTo("*");
        assertThat(worst.path("value").asDouble()).isEqualTo(0.41);
        assertThat(worst.path("baseline").asDouble()).isEqualTo(0.47);
        assertThat(worst.path("threshold").isNull()).isTrue();
        assertThat(worst.path("maxDrop").asText()).isEqualTo("1%");
        assertThat(worst.path("direction").asText()).isEqualTo("higher");
        assertThat(worst.path("verdict").asText()).isEqualTo("fail");
        assertThat(worst.path("reason").asText()).contains("0.06 below the champion's 0.47");
        assertThat(json.path("rules").get(0).path("slice").isNull()).isTrue();
        assertThat(json.path("rules").get(0).path("threshold").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(json.path("rules").get(2).path("verdict").asText()).isEqualTo("inconclusive");
    }

    @Test
    void nonFiniteValuesAreTextsInTheJson() {
        GateResult result = Gates.evaluate(
                "rules:\n  - {metric: latency, direction: lower, threshold: 1}", Gates.measurement(CANDIDATE), null);
        JsonNode json = Documents.readJson(Documents.toJson(GateDocument.of(result)), "gate.json", JsonNode.class);
        assertThat(json.path("rules").get(0).path("value").textValue()).isEqualTo("NaN");
        assertThat(json.has("baseline")).isFalse();
    }

    @Test
    void junitCountsRulesAsTestCases() throws Exception {
        Document xml = parse(GateJunit.render(result()));
        Element suite = (Element) xml.getElementsByTagName("testsuite").item(0);
        assertThat(suite.getAttribute("tests")).isEqualTo("3");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("errors")).isEqualTo("1");
        NodeList cases = xml.getElementsByTagName("testcase");
        assertThat(IntStream.range(0, cases.getLength()).mapToObj(i -> ((Element) cases.item(i)).getAttribute("name")))
                .containsExactly("rule 1: mAP", "rule 2: mAP (worst slice)", "rule 3: mAP of slice night");
        Element failure = (Element) xml.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message")).startsWith("mAP of slice night is 0.41");
    }

    @Test
    void thePageNeedsNothingElseAndIsAccessible() throws Exception {
        String html = GateHtml.render(result());
        Document page = parse(html);
        for (String element : List.of("script", "link", "img", "iframe", "object", "image", "foreignObject", "use")) {
            assertThat(page.getElementsByTagName(element).getLength())
                    .as(element)
                    .isZero();
        }
        assertThat(html).doesNotContainPattern("(?i)url\\(|@import|\\son[a-z]+=|\\shref=|\\ssrc=");
        NodeList drawings = page.getElementsByTagName("svg");
        assertThat(drawings.getLength()).isEqualTo(4);
        for (int i = 0; i < drawings.getLength(); i++) {
            Element svg = (Element) drawings.item(i);
            assertThat(svg.getAttribute("role")).isEqualTo("img");
            for (String id : svg.getAttribute("aria-labelledby").split(" ")) {
                assertThat(html).containsOnlyOnce("id=\"" + id + "\"");
            }
        }
        NodeList tables = page.getElementsByTagName("table");
        for (int i = 0; i < tables.getLength(); i++) {
            assertThat(((Element) tables.item(i))
                            .getElementsByTagName("caption")
                            .getLength())
                    .isEqualTo(1);
        }
        assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
        assertThat(html).contains("prefers-color-scheme: dark", "FAIL", "0.06 below the champion&#39;s 0.47");
    }

    @Test
    void largeMatricesAndManySlicesStayReadable() throws Exception {
        ObjectNode metrics = Documents.json().createObjectNode();
        ObjectNode slices = metrics.putObject("slices");
        for (int i = 0; i < 500; i++) {
            slices.putObject("slice" + i).put("m", i / 500.0);
        }
        ObjectNode matrix = metrics.putObject("confusion_matrix");
        for (int i = 0; i < 300; i++) {
            matrix.withArray("labels").add("class" + i);
            ArrayNode row = matrix.withArray("counts").addArray();
            IntStream.range(0, 300).forEach(row::add);
        }
        Measurement candidate = new Measurement("m.json", null, null, null, MetricsReader.metrics(metrics, "m.json"));
        String html = GateHtml.render(Gates.evaluate(
                "rules:\n  - {metric: m, direction: higher, threshold: 0, slices: \"*\"}", candidate, null));
        parse(html);
        assertThat(html).hasSizeLessThan(200_000).contains("too large to draw", "the first 60 of 500 rows");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onload='x",
                "]]>",
                "</style></title><b>",
                "a|b",
                "a\nb\r\n| c |",
                "`code` *bold* _it_ [link](http://x) <b> @team #1 ~~no~~",
                "nul\u0000bell\u0007esc\u001b[31m",
                "\uFFFE\uFFFF\uD800",
                "\u202Egnp.exe",
                "&amp; &lt;",
                "\u00e4 \uD83D\uDE00 \u4f60",
                "very long very long very long very long very long very long very long very long very long name"
            })
    void hostileNamesAreOnlyText(String name) throws Exception {
        checkNames(name);
    }

    @Property(tries = 40)
    void anyNameIsOnlyText(@ForAll("names") String name) throws Exception {
        checkNames(name);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .withChars("<>&\"'|`*_[]()\\#~@ab \n\r\t\u0000\u001b\u202e\ud800\udfff\uffff/")
                .ofMinLength(1)
                .ofMaxLength(12)
                .map(s -> "n" + s + "n");
    }

    private static void checkNames(String name) throws Exception {
        GateResult result = named(name);
        String printable = PrintableText.of(name).replaceAll("[\\uFFFE\\uFFFF]", "\uFFFD");
        Document junit = parse(GateJunit.render(result));
        Element first = (Element) junit.getElementsByTagName("testcase").item(0);
        assertThat(first.getAttribute("classname")).isEqualTo("gate." + printable);
        assertThat(junit.getElementsByTagName("*").getLength()).isEqualTo(2 + 3 * 2);

        Document page = parse(GateHtml.render(result));
        assertThat(elements(page)).isEqualTo(elements(parse(GateHtml.render(named("name")))));
        assertThat(page.getElementsByTagName("caption").item(0).getTextContent())
                .endsWith(printable);

        String markdown = GateMarkdown.render(result);
        List<String> rows =
                markdown.lines().filter(line -> line.startsWith("|")).toList();
        assertThat(rows).hasSize(2 + 3);
        Pattern bar = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\|");
        assertThat(rows)
                .allSatisfy(
                        row -> assertThat(bar.matcher(row).results().count()).isEqualTo(9));
        assertThat(markdown).doesNotContainPattern("(?<!\\\\)<");

        assertThat(GateText.render(result)).doesNotContainPattern("[\\p{Cntrl}&&[^\\n]]");
        assertThat(GateText.render(result).lines().count())
                .isEqualTo(GateText.render(named("name")).lines().count());
        JsonNode json = Documents.readJson(Documents.toJson(GateDocument.of(result)), "gate.json", JsonNode.class);
        assertThat(json.path("rules").get(0).path("metric").asText()).isEqualTo(name);
    }

    /** The names of elements and attributes that the page has. */
    private static TreeSet<String> elements(Document page) {
        TreeSet<String> names = new TreeSet<>();
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            names.add(all.item(i).getNodeName());
            for (int j = 0; j < all.item(i).getAttributes().getLength(); j++) {
                names.add("@" + all.item(i).getAttributes().item(j).getNodeName());
            }
        }
        names.remove("@transform"); // long labels of the heat map are turned
        return names;
    }

    private static Document parse(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        var builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(new InputSource(new StringReader(xml)));
    }
}
