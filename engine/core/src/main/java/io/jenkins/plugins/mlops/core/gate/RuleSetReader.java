package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a rule file token by token, since only the tokens know their line and column, and a mistake in a rule is found fastest
 * where it stands.
 */
final class RuleSetReader extends JsonDeserializer<RuleSet> {

    private static final Pattern PERCENTAGE = Pattern.compile("\\d{1,9}(\\.\\d{1,18})?%");
    /** YAML's own numbers that are none, which the parser calls numbers but cannot read. */
    private static final Pattern NON_FINITE = Pattern.compile("[-+]?\\.(nan|inf)", Pattern.CASE_INSENSITIVE);

    /** Decimals of this many digits and places are beyond any double; exact arithmetic on more would take long. */
    private static final int MAX_DIGITS = 400;

    private static final int MAX_EXPONENT = 308;

    /** One seed has no median to speak of. */
    private static final int LEAST_SEEDS = 2;

    private static final BigDecimal LEAST_LEVEL = new BigDecimal("0.5");
    /** Nearer to 1, a bootstrap has nothing to say. */
    private static final BigDecimal HIGHEST_LEVEL = new BigDecimal("0.9999");

    /** The keys of a rule. */
    private enum Key {
        METRIC,
        DIRECTION,
        THRESHOLD,
        BASELINE,
        MAX_DROP,
        SLICES,
        TOLERANCE,
        MIN_SAMPLES,
        OPTIONAL,
        WITHOUT_BASELINE,
        CONFIDENCE,
        MIN_GROUPS,
        CORRECTION,
        SEEDS;

        static Optional<Key> of(String name) {
            for (Key key : values()) {
                if (key.toString().equals(name)) {
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        }

        static String list() {
            return Stream.of(values()).map(Key::toString).sorted().collect(Collectors.joining(", "));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public RuleSet deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw wrong(parser, "a rule file has the key 'rules' with a list of rules");
        }
        JsonLocation start = parser.currentTokenLocation();
        List<Rule> rules = null;
        long seed = RuleSet.DEFAULT_SEED;
        String evaluationSet = null;
        Evaluator.Policy evaluator = Evaluator.Policy.SAME;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonLocation place = parser.currentTokenLocation();
            parser.nextToken();
            switch (key) {
                case "rules" -> rules = readRules(parser);
                case "seed" -> seed = seed(parser);
                case "evaluation_set" -> evaluationSet = atKey(key, () -> name(parser, "the id of an evaluation set"));
                case "evaluator" -> evaluator = atKey(key, () -> choice(parser, Evaluator.Policy.values()));
                default ->
                    throw wrong(
                            parser,
                            "unknown key " + quoted(key) + "; known are evaluation_set, evaluator, rules, seed",
                            place);
            }
        }
        if (rules == null) {
            throw wrong(parser, "the key 'rules' is missing", start);
        }
        return new RuleSet(rules, seed, evaluationSet, evaluator);
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T atKey(String key, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (JsonMappingException e) {
            throw at(e, key);
        }
    }

    /** One of a few words. */
    private static <T> T choice(JsonParser parser, T[] choices) throws IOException {
        String word = word(parser);
        for (T choice : choices) {
            if (choice.toString().equals(word)) {
                return choice;
            }
        }
        throw wrong(
                parser,
                quoted(word) + " is not possible: "
                        + Stream.of(choices).map(Object::toString).collect(Collectors.joining(", ")) + " are");
    }

    private static List<Rule> readRules(JsonParser parser) throws IOException {
        JsonLocation start = parser.currentTokenLocation();
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            throw at(wrong(parser, "a list of rules is wanted"), "rules");
        }
        List<Rule> rules = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            try {
                rules.add(readRule(parser));
            } catch (JsonMappingException e) {
                e.prependPath(Rule.class, rules.size());
                throw at(e, "rules");
            }
        }
        if (rules.isEmpty()) {
            throw at(wrong(parser, "a gate has at least one rule", start), "rules");
        }
        return rules;
    }

    private static Rule readRule(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw wrong(parser, "a rule is a set of keys, such as metric, direction and threshold");
        }
        JsonLocation start = parser.currentTokenLocation();
        Map<Key, Object> values = new EnumMap<>(Key.class);
        Map<Key, JsonLocation> places = new EnumMap<>(Key.class);
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            String unknown = name;
            Key key = Key.of(name)
                    .orElseThrow(() -> wrong(parser, "unknown key " + quoted(unknown) + "; known are " + Key.list()));
            places.put(key, parser.currentTokenLocation());
            parser.nextToken();
            try {
                values.put(key, value(key, parser));
            } catch (JsonMappingException e) {
                throw at(e, key.toString());
            }
        }
        return rule(parser, values, places, start);
    }

    private static Object value(Key key, JsonParser parser) throws IOException {
        return switch (key) {
            case METRIC -> name(parser, "the name of a metric");
            case DIRECTION -> direction(parser);
            case THRESHOLD -> number(parser);
            case BASELINE ->
                BaselineReference.parse(word(parser))
                        .orElseThrow(() -> wrong(parser, "one of champion, run:ID and file:PATH is wanted"));
            case MAX_DROP -> maxDrop(parser);
            case SLICES -> slices(parser);
            case TOLERANCE -> notNegative(parser, number(parser));
            case MIN_SAMPLES -> minSamples(parser);
            case OPTIONAL -> flag(parser);
            case WITHOUT_BASELINE -> withoutBaseline(parser);
            case CONFIDENCE -> level(parser);
            case MIN_GROUPS -> count(parser, Confidence.LEAST_MIN_GROUPS, "groups");
            case CORRECTION -> choice(parser, Correction.values());
            case SEEDS -> count(parser, LEAST_SEEDS, "seeds");
        };
    }

    private static Rule rule(
            JsonParser parser, Map<Key, Object> values, Map<Key, JsonLocation> places, JsonLocation start)
            throws JsonMappingException {
        for (Key key : List.of(Key.METRIC, Key.DIRECTION)) {
            if (!values.containsKey(key)) {
                throw wrong(
                        parser,
                        "the key '" + key + "' is missing" + (key == Key.DIRECTION ? ": higher or lower" : ""),
                        start);
            }
        }
        if (!values.containsKey(Key.THRESHOLD) && !values.containsKey(Key.BASELINE)) {
            throw wrong(parser, "a rule has a threshold, a baseline or both", start);
        }
        for (Key key : List.of(Key.MAX_DROP, Key.WITHOUT_BASELINE)) {
            if (values.containsKey(key) && !values.containsKey(Key.BASELINE)) {
                throw at(wrong(parser, key + " says nothing without a baseline", places.get(key)), key.toString());
            }
        }
        for (Key key : List.of(Key.MIN_GROUPS, Key.CORRECTION)) {
            if (values.containsKey(key) && !values.containsKey(Key.CONFIDENCE)) {
                throw at(
                        wrong(parser, key + " says nothing without " + Key.CONFIDENCE, places.get(key)),
                        key.toString());
            }
        }
        if (values.containsKey(Key.CORRECTION) && !values.containsKey(Key.SLICES)) {
            throw at(
                    wrong(parser, Key.CORRECTION + " says nothing without " + Key.SLICES, places.get(Key.CORRECTION)),
                    Key.CORRECTION.toString());
        }
        return new Rule(
                (String) values.get(Key.METRIC),
                (Direction) values.get(Key.DIRECTION),
                (BigDecimal) values.get(Key.THRESHOLD),
                (BaselineReference) values.get(Key.BASELINE),
                (MaxDrop) values.getOrDefault(Key.MAX_DROP, MaxDrop.NONE),
                (SliceSelection) values.getOrDefault(Key.SLICES, SliceSelection.OVERALL),
                (BigDecimal) values.getOrDefault(Key.TOLERANCE, BigDecimal.ZERO),
                (Long) values.get(Key.MIN_SAMPLES),
                (boolean) values.getOrDefault(Key.OPTIONAL, false),
                (boolean) values.getOrDefault(Key.WITHOUT_BASELINE, false),
                confidence(values),
                (Integer) values.get(Key.SEEDS));
    }

    private static Confidence confidence(Map<Key, Object> values) {
        BigDecimal level = (BigDecimal) values.get(Key.CONFIDENCE);
        return level == null
                ? null
                : new Confidence(
                        level, (int) values.getOrDefault(Key.MIN_GROUPS, Confidence.DEFAULT_MIN_GROUPS), (Correction)
                                values.getOrDefault(Key.CORRECTION, Correction.HOLM));
    }

    private static String word(JsonParser parser) throws IOException {
        refuseAlias(parser);
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            throw wrong(parser, "a text is wanted");
        }
        return parser.getText();
    }

    private static String name(JsonParser parser, String what) throws IOException {
        String name = word(parser);
        if (name.isBlank()) {
            throw wrong(parser, what + " is wanted");
        }
        return name;
    }

    private static Direction direction(JsonParser parser) throws IOException {
        String word = word(parser);
        for (Direction direction : Direction.values()) {
            if (direction.toString().equals(word)) {
                return direction;
            }
        }
        throw wrong(parser, quoted(word) + " is no direction: higher or lower is wanted");
    }

    private static BigDecimal number(JsonParser parser) throws IOException {
        if (!parser.currentToken().isNumeric()) {
            throw wrong(
                    parser,
                    "a finite number is wanted"
                            + (parser.hasToken(JsonToken.VALUE_STRING)
                                    ? ", not the text " + quoted(parser.getText())
                                    : ""));
        }
        if (NON_FINITE.matcher(parser.getText()).matches()) {
            throw wrong(parser, "a finite number is wanted, not " + parser.getText());
        }
        BigDecimal number = parser.getDecimalValue();
        if (number.precision() > MAX_DIGITS
                || number.scale() > MAX_DIGITS
                || (long) number.precision() - number.scale() > MAX_EXPONENT) {
            throw wrong(parser, "the number is too large, or has too many digits");
        }
        return number.scale() < 0 ? number.setScale(0) : number;
    }

    private static BigDecimal notNegative(JsonParser parser, BigDecimal number) throws JsonMappingException {
        if (number.signum() < 0) {
            throw wrong(parser, "it is negative: 0 or more is wanted");
        }
        return number;
    }

    private static MaxDrop maxDrop(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return new MaxDrop(notNegative(parser, number(parser)), false);
        }
        String text = word(parser);
        if (text.startsWith("-")) {
            throw wrong(parser, "it is negative: 0 or more is wanted");
        }
        if (!PERCENTAGE.matcher(text).matches()) {
            throw wrong(parser, "a number or a percentage such as 1% is wanted, not " + quoted(text));
        }
        return new MaxDrop(new BigDecimal(text.substring(0, text.length() - 1)), true);
    }

    private static SliceSelection slices(JsonParser parser) throws IOException {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
            if (word(parser).equals(SliceSelection.ALL_SLICES)) {
                return SliceSelection.ALL;
            }
            throw wrong(parser, "a list of names, or \"*\" for all slices, is wanted");
        }
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            throw wrong(parser, "a list of names, or \"*\" for all slices, is wanted");
        }
        JsonLocation start = parser.currentTokenLocation();
        List<String> names = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String name = name(parser, "the name of a slice");
            if (name.equals(SliceSelection.ALL_SLICES)) {
                throw wrong(parser, "all slices are written slices: \"*\", without a list");
            }
            if (names.contains(name)) {
                throw wrong(parser, "the slice " + quoted(name) + " stands twice");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw wrong(parser, "no slice is named: leave the key away for the overall number", start);
        }
        return SliceSelection.named(names);
    }

    private static Long minSamples(JsonParser parser) throws IOException {
        BigDecimal number = parser.hasToken(JsonToken.VALUE_NUMBER_INT) ? parser.getDecimalValue() : null;
        if (number == null || number.signum() <= 0 || number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw wrong(parser, "a count of samples, 1 or more, is wanted");
        }
        return number.longValueExact();
    }

    private static BigDecimal level(JsonParser parser) throws IOException {
        BigDecimal level = number(parser);
        if (level.compareTo(LEAST_LEVEL) <= 0 || level.compareTo(HIGHEST_LEVEL) > 0) {
            throw wrong(parser, "a level between 0.5 and 1, such as 0.95, is wanted");
        }
        return level;
    }

    private static Integer count(JsonParser parser, int least, String what) throws IOException {
        BigDecimal number = parser.hasToken(JsonToken.VALUE_NUMBER_INT) ? parser.getDecimalValue() : null;
        if (number == null
                || number.compareTo(BigDecimal.valueOf(least)) < 0
                || number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
            throw wrong(parser, "a count of " + what + ", " + least + " or more, is wanted");
        }
        return number.intValueExact();
    }

    private static long seed(JsonParser parser) throws IOException {
        BigDecimal number = parser.hasToken(JsonToken.VALUE_NUMBER_INT) ? parser.getDecimalValue() : null;
        if (number == null || number.signum() < 0 || number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw at(wrong(parser, "a whole number, 0 or more, is wanted"), "seed");
        }
        return number.longValueExact();
    }

    private static Boolean flag(JsonParser parser) throws IOException {
        if (!parser.currentToken().isBoolean()) {
            throw wrong(parser, "true or false is wanted");
        }
        return parser.getBooleanValue();
    }

    private static Boolean withoutBaseline(JsonParser parser) throws IOException {
        return switch (word(parser)) {
            case "pass" -> true;
            case "fail" -> false;
            default -> throw wrong(parser, "pass or fail is wanted");
        };
    }

    /** The YAML parser gives an alias' name for a text, which would be taken for a value. */
    private static void refuseAlias(JsonParser parser) throws IOException {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw wrong(parser, "YAML aliases are not supported here; quote a text that starts with *");
        }
    }

    private static String quoted(String text) {
        return "'" + PrintableText.of(text) + "'";
    }

    private static JsonMappingException wrong(JsonParser parser, String what) {
        return wrong(parser, what, parser.currentTokenLocation());
    }

    private static JsonMappingException wrong(JsonParser parser, String what, JsonLocation place) {
        return new JsonMappingException(parser, what, place);
    }

    private static JsonMappingException at(JsonMappingException e, String key) {
        e.prependPath(Rule.class, key);
        return e;
    }
}
