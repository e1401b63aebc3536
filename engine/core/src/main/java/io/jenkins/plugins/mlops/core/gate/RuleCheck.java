package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.sample.Distribution;
import io.jenkins.plugins.mlops.core.sample.Medians;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Holds one number of a candidate against one rule. Decimal arithmetic on the shortest representation of each number, so that
 * 0.61 - 0.01 reaches 0.60 as a person reckons.
 */
final class RuleCheck {

    private static final MathContext TWELVE_DIGITS = new MathContext(12, RoundingMode.HALF_EVEN);

    private final Rule rule;
    private final String slice;
    private final Measurement candidate;
    /** Null when the rule has no baseline. */
    private final Baseline baseline;

    private final SampleEvidence evidence;
    private final Evaluator.Policy evaluators;
    /** The candidate, and its other seeds where the rule takes their median. */
    private final List<Measurement> seeds;

    private final String subject;

    RuleCheck(
            Rule rule,
            String slice,
            Measurement candidate,
            Baseline baseline,
            SampleEvidence evidence,
            Evaluator.Policy evaluators) {
        this.evidence = evidence;
        this.evaluators = evaluators;
        this.rule = rule;
        this.slice = slice;
        this.candidate = candidate;
        this.baseline = baseline;
        this.seeds = rule.seeds() == null ? List.of(candidate) : candidate.withItsSeeds();
        this.subject = PrintableText.of(rule.metric())
                + (slice == null ? "" : " of slice " + PrintableText.of(slice))
                + (rule.seeds() == null ? "" : " (median of " + counted(seeds.size(), "seed") + ")");
    }

    /** @param family how many slices the rule looks at together, 1 for the overall number */
    Check run(int family) {
        return run(Map.of(IntervalCheck.Subject.VALUE, family, IntervalCheck.Subject.CHANGE, family));
    }

    /** @param families by what is divided what is left for the interval's end that fails the slice; 1 where there is none */
    Check run(Map<IntervalCheck.Subject, Integer> families) {
        Double reference = reference();
        for (Measurement seed : seeds) {
            Double value = numbers(seed.metrics()).get(rule.metric());
            if (value == null) {
                return unmeasured(null, reference, missing(seed));
            }
            if (!Metrics.isFinite(value)) {
                return unmeasured(
                        value, reference, named(seed) + " is " + Decimals.text(value) + ", which is no finite number");
            }
        }
        double value = median(seeds);
        return compare(Decimals.of(value), value, reference, families);
    }

    /**
     * How likely it would be by bad luck that the slice fails as clearly as it does, for each of the rule's demands that an interval
     * decides; without those that no interval can decide.
     */
    Map<IntervalCheck.Subject, Double> chances() {
        Map<IntervalCheck.Subject, Double> chances = new EnumMap<>(IntervalCheck.Subject.class);
        if (!seeds.stream().allMatch(this::isMeasured)) {
            return chances;
        }
        if (rule.threshold() != null) {
            chance(evidence.value(rule, slice), lowestValue())
                    .ifPresent(chance -> chances.put(IntervalCheck.Subject.VALUE, chance));
        }
        Double reference = reference();
        if (reference != null
                && Metrics.isFinite(reference)
                && baseline instanceof Baseline.Found found
                && obstacle(found) == null) {
            BigDecimal allowance = rule.maxDrop().allowance(Decimals.of(reference));
            chance(evidence.change(rule, slice, found), lowestChange(allowance))
                    .ifPresent(chance -> chances.put(IntervalCheck.Subject.CHANGE, chance));
        }
        return chances;
    }

    private Optional<Double> chance(SampleEvidence.Answer answer, BigDecimal limit) {
        return Optional.ofNullable(answer.distribution())
                .map(distribution -> isHigher()
                        ? distribution.chanceOfAtLeast(limit.doubleValue())
                        : distribution.chanceOfAtMost(limit.doubleValue()));
    }

    private boolean isMeasured(Measurement measurement) {
        Double value = numbers(measurement.metrics()).get(rule.metric());
        return value != null && Metrics.isFinite(value);
    }

    /** The baseline's number; null when it has none, or one of its seeds has none. */
    private Double reference() {
        if (!(baseline instanceof Baseline.Found found)) {
            return null;
        }
        if (rule.seeds() == null) {
            return numbers(found.measurement().metrics()).get(rule.metric());
        }
        List<Measurement> all = found.measurement().withItsSeeds();
        return all.stream().allMatch(one -> numbers(one.metrics()).containsKey(rule.metric())) ? median(all) : null;
    }

    private double median(List<Measurement> measurements) {
        return Medians.of(measurements.stream()
                .mapToDouble(one -> numbers(one.metrics()).get(rule.metric()))
                .toArray());
    }

    private String named(Measurement seed) {
        return subject + (seed == candidate ? "" : ", in the seed " + PrintableText.of(seed.origin()) + ",");
    }

    /** Why candidate, seeds and baseline are not comparable, as a clause; null when they are. */
    private String obstacle(Baseline.Found found) {
        String obstacle = Comparability.obstacle(candidate, found.name(), found.measurement(), evaluators);
        if (obstacle == null && rule.seeds() != null) {
            obstacle = otherSeed(found.measurement().seeds());
        }
        return obstacle;
    }

    private String otherSeed(List<Measurement> others) {
        return others.stream()
                .map(seed -> Comparability.obstacle(
                        candidate, "the seed " + PrintableText.of(seed.origin()), seed, evaluators))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private BigDecimal lowestValue() {
        return rule.direction().worsen(rule.threshold(), rule.tolerance());
    }

    private BigDecimal lowestChange(BigDecimal allowance) {
        return rule.direction().worsen(BigDecimal.ZERO, allowance.add(rule.tolerance()));
    }

    private Check compare(
            BigDecimal value, Double rawValue, Double reference, Map<IntervalCheck.Subject, Integer> families) {
        Findings findings = new Findings(families);
        if (rule.seeds() != null) {
            findings.seeds();
        }
        if (rule.threshold() != null) {
            findings.threshold(value);
        }
        if (rule.baseline() != null) {
            findings.baseline(value, reference);
        }
        Long samples = samples();
        if (rule.minSamples() != null) {
            findings.samples(samples);
        }
        if (rule.seeds() != null) {
            findings.enoughSeeds();
        }
        return new Check(
                slice,
                rawValue,
                reference,
                findings.limit,
                samples,
                findings.margin(value),
                findings.verdict,
                findings.reason(),
                findings.intervals,
                rule.seeds() == null
                        ? List.of()
                        : seeds.stream()
                                .map(seed -> numbers(seed.metrics()).get(rule.metric()))
                                .toList());
    }

    /** What the single demands of the rule say; together they are the verdict. */
    private final class Findings {
        private final Map<IntervalCheck.Subject, Integer> families;
        private final List<String> failures = new ArrayList<>();
        private final List<String> doubts = new ArrayList<>();
        private final List<String> remarks = new ArrayList<>();
        private Verdict verdict = Verdict.PASS;
        private BigDecimal limit;
        private boolean comparable = true;
        private final List<IntervalCheck> intervals = new ArrayList<>();

        Findings(Map<IntervalCheck.Subject, Integer> families) {
            this.families = families;
        }

        void seeds() {
            String other = otherSeed(candidate.seeds());
            if (other != null) {
                cannotCompare(subject + " has no median: " + other);
            }
        }

        void enoughSeeds() {
            if (seeds.size() < rule.seeds() && comparable) {
                undecided(subject + ": too few to tell, at least " + rule.seeds() + " seeds are wanted");
            }
        }

        void threshold(BigDecimal value) {
            BigDecimal threshold = rule.threshold();
            BigDecimal lowest = lowestValue();
            tighten(lowest);
            int digits = Decimals.digitsFor(value, threshold, lowest);
            String shown = Decimals.text(value, digits);
            if (rule.confidence() != null) {
                interval(
                        IntervalCheck.Subject.VALUE,
                        evidence.value(rule, slice),
                        lowest,
                        subject + " is " + shown + ",",
                        (isHigher() ? "at least " : "at most ") + Decimals.exact(threshold) + " is wanted");
                return;
            }
            if (rule.direction().gain(value, lowest).signum() >= 0) {
                remarks.add(subject + " is " + shown + "; " + (isHigher() ? "at least " : "at most ")
                        + Decimals.exact(threshold) + " is wanted" + tolerance());
            } else {
                fail(subject + " is " + shown + ", " + distance(value, threshold) + " the threshold "
                        + Decimals.exact(threshold) + tolerance());
            }
        }

        void baseline(BigDecimal value, Double reference) {
            if (baseline instanceof Baseline.Unusable unusable) {
                cannotCompare(subject + " cannot be compared: " + unusable.why());
            } else if (baseline instanceof Baseline.None none) {
                withoutBaseline(none.why());
            } else {
                Baseline.Found found = (Baseline.Found) baseline;
                String obstacle = obstacle(found);
                if (obstacle != null) {
                    cannotCompare(subject + " is not comparable: " + obstacle);
                } else if (reference == null) {
                    withoutBaseline(found.name() + " has no " + subject);
                } else if (!Metrics.isFinite(reference)) {
                    cannotCompare(subject + " cannot be compared: that of " + found.name() + " is "
                            + Decimals.text(reference));
                } else {
                    change(value, Decimals.of(reference), found);
                }
            }
        }

        private void withoutBaseline(String why) {
            if (rule.passWithoutBaseline()) {
                remarks.add(subject + " has nothing to be compared with, since " + why
                        + (rule.threshold() == null
                                ? ", and the rule passes without a baseline"
                                : ", so the threshold alone decides"));
            } else {
                cannotCompare(
                        subject + " cannot be compared: " + why + " ('without_baseline: pass' lets a rule do without)");
            }
        }

        private void change(BigDecimal value, BigDecimal reference, Baseline.Found found) {
            String name = found.name();
            BigDecimal allowance = rule.maxDrop().allowance(reference);
            BigDecimal lowest =
                    rule.direction().worsen(rule.direction().worsen(reference, allowance), rule.tolerance());
            tighten(lowest);
            int digits = Decimals.digitsFor(value, reference, lowest);
            String change = subject + " is " + Decimals.text(value, digits) + ", "
                    + (value.compareTo(reference) == 0 ? "equal to" : distance(value, reference)) + " "
                    + possessive(name)
                    + " " + Decimals.text(reference, digits);
            if (rule.confidence() != null) {
                interval(
                        IntervalCheck.Subject.CHANGE,
                        evidence.change(rule, slice, found),
                        lowestChange(allowance),
                        change + "; the change is",
                        allowed(allowance));
                return;
            }
            boolean worse = rule.direction().gain(value, reference).signum() < 0;
            if (rule.direction().gain(value, lowest).signum() < 0) {
                fail(change + "; " + allowed(allowance) + tolerance());
            } else {
                remarks.add(worse ? change + "; " + allowed(allowance) + tolerance() : change);
            }
        }

        /**
         * Lets an interval decide: good when it lies wholly on the good side of the limit, bad when wholly on the other, else it
         * cannot be told. All slices of a rule must be good for the rule to pass, so the end that lets a slice pass needs no
         * correction; one bad slice of many fails the rule, so the other end is corrected as the rule says.
         */
        private void interval(
                IntervalCheck.Subject of, SampleEvidence.Answer answer, BigDecimal limit, String what, String wanted) {
            Confidence confidence = rule.confidence();
            Distribution distribution = answer.distribution();
            if (distribution == null) {
                if (answer.tooFew()) {
                    doubt(subject + " cannot be told with confidence: " + answer.obstacle());
                } else {
                    cannotCompare(subject + " cannot be told with confidence: " + answer.obstacle());
                }
                return;
            }
            if (distribution.groups() < confidence.minGroups()) {
                doubt(subject + " rests on " + distribution.groups()
                        + " groups, too few to tell with confidence: at least " + confidence.minGroups()
                        + " are wanted");
                return;
            }
            double passing = confidence.tail();
            int family = families.getOrDefault(of, 1);
            double failing = passing / family;
            IntervalCheck interval = IntervalCheck.of(
                    of,
                    rounded(distribution.estimate()),
                    rounded(distribution.low(isHigher() ? passing : failing)),
                    rounded(distribution.high(isHigher() ? failing : passing)),
                    limit,
                    evidence.samples(slice),
                    distribution.groups(),
                    family,
                    rule.direction());
            intervals.add(interval);
            String reason = what + " " + interval.text() + " with " + confidence.percent() + " confidence ("
                    + counted(interval.samples(), "sample")
                    + (evidence.isGrouped() ? " in " + counted(interval.groups(), "group") : "")
                    + (family > 1
                            ? ", the " + (isHigher() ? "upper" : "lower") + " end for " + family + " slices together"
                            : "")
                    + "); " + wanted + tolerance();
            switch (interval.verdict()) {
                case PASS -> remarks.add(reason);
                case INCONCLUSIVE -> doubt(reason + ", which lies between");
                case FAIL -> fail(reason);
            }
        }

        private void doubt(String reason) {
            verdict = verdict.and(Verdict.INCONCLUSIVE);
            doubts.add(reason);
        }

        private BigDecimal margin(BigDecimal value) {
            if (limit == null) {
                return null;
            }
            return intervals.stream()
                    .map(interval -> interval.margin(rule.direction()))
                    .min(Comparator.naturalOrder())
                    .orElseGet(() -> rule.direction().gain(value, limit));
        }

        private String allowed(BigDecimal allowance) {
            if (allowance.signum() == 0) {
                String zero =
                        rule.maxDrop().percent() && rule.maxDrop().amount().signum() > 0
                                ? rule.maxDrop() + " of 0 is 0, so "
                                : "";
                return zero + (isHigher() ? "no drop is allowed" : "no rise is allowed");
            }
            return "at most "
                    + (rule.maxDrop().percent()
                            ? rule.maxDrop() + " (" + Decimals.text(allowance) + ")"
                            : Decimals.exact(allowance))
                    + " is allowed";
        }

        void samples(Long samples) {
            long wanted = rule.minSamples();
            if (samples == null) {
                fail(subject + " does not say how many samples it rests on, and at least " + wanted + " are wanted");
            } else if (samples < wanted && comparable) {
                undecided(subject + " rests on " + samples + (samples == 1 ? " sample" : " samples")
                        + ", too few to tell: at least " + wanted + " are wanted");
            }
        }

        /** Whatever the number is. */
        private void undecided(String reason) {
            failures.clear();
            doubts.clear();
            doubts.add(reason);
            verdict = Verdict.INCONCLUSIVE;
        }

        private void cannotCompare(String reason) {
            comparable = false;
            fail(reason);
        }

        private void fail(String reason) {
            verdict = Verdict.FAIL;
            failures.add(reason);
        }

        private void tighten(BigDecimal other) {
            limit = limit == null || rule.direction().gain(other, limit).signum() > 0 ? other : limit;
        }

        private String reason() {
            return String.join("; and ", !failures.isEmpty() ? failures : !doubts.isEmpty() ? doubts : remarks);
        }
    }

    private Check unmeasured(Double value, Double reference, String reason) {
        BigDecimal limit =
                rule.threshold() == null ? null : rule.direction().worsen(rule.threshold(), rule.tolerance());
        return new Check(
                slice,
                value,
                reference,
                limit,
                samples(),
                null,
                rule.optional() ? Verdict.PASS : Verdict.FAIL,
                rule.optional() ? reason + " (let pass, since the rule is optional)" : reason,
                List.of(),
                List.of());
    }

    private String missing(Measurement seed) {
        String who = seed == candidate ? "The candidate" : "The seed " + PrintableText.of(seed.origin());
        Metrics metrics = seed.metrics();
        if (slice != null && !metrics.slices().containsKey(slice)) {
            String known = baseline instanceof Baseline.Found found
                            && found.measurement().metrics().slices().containsKey(slice)
                    ? ", which " + found.name() + " has"
                    : "";
            return who + " has no slice " + PrintableText.of(slice) + known
                    + NearNames.hint(slice, metrics.slices().keySet());
        }
        String path = slice == null ? rule.metric() : "slices." + slice + "." + rule.metric();
        String instead = metrics.notNumbers().get(path);
        return instead == null
                ? who + " has no " + subject
                        + NearNames.hint(rule.metric(), numbers(metrics).keySet())
                : subject + " is " + instead + ", which is no number";
    }

    private Map<String, Double> numbers(Metrics metrics) {
        return slice == null ? metrics.overall() : metrics.slices().getOrDefault(slice, Metrics.NO_NUMBERS);
    }

    private Long samples() {
        Long stated = slice == null
                ? candidate.metrics().samples()
                : candidate.metrics().sliceSamples().get(slice);
        if (stated != null || rule.confidence() == null) {
            return stated;
        }
        Integer counted = evidence.samples(slice);
        return counted == null ? null : counted.longValue();
    }

    /** Twelve digits: what is beyond them is the rounding of sums. */
    private static BigDecimal rounded(double number) {
        return Decimals.of(number).round(TWELVE_DIGITS);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private boolean isHigher() {
        return rule.direction() == Direction.HIGHER;
    }

    private String tolerance() {
        return rule.tolerance().signum() == 0 ? "" : ", with a tolerance of " + Decimals.exact(rule.tolerance());
    }

    private static String distance(BigDecimal value, BigDecimal reference) {
        BigDecimal difference = value.subtract(reference);
        return Decimals.text(difference.abs()) + (difference.signum() < 0 ? " below" : " above");
    }

    private static String possessive(String name) {
        return name + "'s";
    }
}
