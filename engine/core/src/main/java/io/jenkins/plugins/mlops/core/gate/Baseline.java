package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;

/** What became of a rule's baseline. */
public sealed interface Baseline {

    /**
     * There are numbers to compare with.
     *
     * @param name what a sentence calls the model: "the champion", "run 4f2a"
     */
    record Found(String name, Measurement measurement) implements Baseline {
        public Found {
            name = PrintableText.of(name);
        }
    }

    /**
     * There is nothing to compare with, as for the first model ever; a rule may say that it does without.
     *
     * @param why a clause: "digits has no champion yet"
     */
    record None(String why) implements Baseline {}

    /**
     * There is a baseline, but its numbers cannot be had. No rule does without it: else losing the champion's numbers would let
     * any candidate pass.
     *
     * @param why a clause
     */
    record Unusable(String why) implements Baseline {}
}
