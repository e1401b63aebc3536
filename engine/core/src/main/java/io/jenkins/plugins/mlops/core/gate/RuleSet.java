package io.jenkins.plugins.mlops.core.gate;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.file.Path;
import java.util.List;

/**
 * The rules of a gate, in the order of their file. The format is in {@code docs/gates.md}; its JSON Schema is the resource
 * {@value #SCHEMA_RESOURCE} beside this class.
 *
 * @param rules at least one
 * @param seed of the random numbers of rules with confidence
 * @param evaluationSet content id or source id of the set that the candidate must be measured on, null for any
 * @param evaluator how much of the evaluators of candidate and baseline must agree
 */
@JsonDeserialize(using = RuleSetReader.class)
public record RuleSet(List<Rule> rules, long seed, String evaluationSet, Evaluator.Policy evaluator) {

    static final long DEFAULT_SEED = 0;

    /** Name of the JSON Schema among this class' resources. */
    public static final String SCHEMA_RESOURCE = "gate-rules.schema.json";

    public RuleSet {
        rules = List.copyOf(rules);
    }

    public RuleSet(List<Rule> rules) {
        this(rules, DEFAULT_SEED, null, Evaluator.Policy.SAME);
    }

    /**
     * Reads a rule file: JSON when its name ends in {@code .json}, else YAML.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE, with line and column, when it is broken
     */
    public static RuleSet read(Path file) {
        return of(InputFile.read(file, file.toString()));
    }

    static RuleSet of(InputFile file) {
        return file.name().endsWith(".json")
                ? Documents.readJson(file.text(), file.name(), RuleSet.class)
                : parse(file.text(), file.name());
    }

    /** Reads YAML or JSON text; {@code origin} is what an error calls it. */
    public static RuleSet parse(String text, String origin) {
        return Documents.readYaml(text, origin, RuleSet.class);
    }
}
