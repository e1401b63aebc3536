package io.jenkins.plugins.mlops.core.gate;

/**
 * The result as JUnit XML, for CI servers: a test case for each rule, and one for each reason why the candidate's record is refused. An inconclusive rule is an error, since CI servers do not
 * count a skipped test as anything that needs a look.
 */
final class GateJunit {

    private static final String SUITE = "mlops gate";

    private GateJunit() {}

    static String render(GateResult result) {
        MarkupWriter xml = new MarkupWriter("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        for (String element : new String[] {"testsuites", "testsuite"}) {
            xml.start(
                            element,
                            "name",
                            SUITE,
                            "tests",
                            result.rules().size() + result.refusals().size(),
                            "failures",
                            result.with(Verdict.FAIL).size() + result.refusals().size(),
                            "errors",
                            result.with(Verdict.INCONCLUSIVE).size(),
                            "skipped",
                            0)
                    .line();
        }
        statistics(xml, result.statistics());
        int number = 0;
        for (String refusal : result.refusals()) {
            number++;
            xml.start("testcase", "classname", "gate.record", "name", "record " + number)
                    .element("failure", refusal, "type", Verdict.FAIL, "message", refusal)
                    .end()
                    .line();
        }
        number = 0;
        for (RuleResult rule : result.rules()) {
            number++;
            testCase(xml, rule, number);
        }
        return xml.finish();
    }

    private static void statistics(MarkupWriter xml, Statistics statistics) {
        if (statistics == null) {
            return;
        }
        xml.start("properties").line();
        xml.empty("property", "name", "method", "value", statistics.method()).line();
        xml.empty("property", "name", "resamples", "value", statistics.resamples())
                .line();
        xml.empty("property", "name", "seed", "value", statistics.seed()).line();
        xml.end().line();
    }

    private static void testCase(MarkupWriter xml, RuleResult result, int number) {
        xml.start("testcase", "classname", "gate." + result.rule().metric(), "name", name(result, number));
        String reason = result.reason();
        switch (result.verdict()) {
            case PASS -> xml.element("system-out", reason);
            case FAIL -> xml.element("failure", reason, "type", result.verdict(), "message", reason);
            case INCONCLUSIVE -> xml.element("error", reason, "type", result.verdict(), "message", reason);
        }
        xml.end().line();
    }

    /** Unlike any other rule's name, since CI servers tell test cases apart by it. */
    private static String name(RuleResult result, int number) {
        String slice = result.rule().slices().kind() == SliceSelection.Kind.ALL
                ? " (worst slice)"
                : result.deciding().slice() == null
                        ? ""
                        : " of slice " + result.deciding().slice();
        return "rule " + number + ": " + result.rule().metric() + slice;
    }
}
