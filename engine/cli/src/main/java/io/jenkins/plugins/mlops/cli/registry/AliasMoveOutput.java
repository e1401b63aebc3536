package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.registry.AliasMove;

/** Tells a moved alias. */
final class AliasMoveOutput {

    private AliasMoveOutput() {}

    static void print(Output output, String verb, AliasMove move) {
        move.notes().forEach(note -> output.note("note: " + note));
        StringBuilder text = new StringBuilder(verb + " " + move.name() + ": " + move.alias() + " is version "
                + move.version() + (move.previous() == null ? "" : ", before it was version " + move.previous()));
        if (move.gate() != null) {
            text.append("\n  gate report ").append(move.gate());
        }
        output.result(text.toString(), move);
    }
}
