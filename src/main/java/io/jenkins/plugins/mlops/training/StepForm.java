package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Descriptor.FormException;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.function.Consumer;
import net.sf.json.JSONObject;

/** What the forms of training steps have in common. */
final class StepForm {

    private static final String PARAMS_TEXT = "paramsText";

    private StepForm() {}

    /** Says what a parser refuses of a field that may be empty. @param parser throws an {@link MlopsException} */
    static FormValidation check(@CheckForNull String value, Consumer<String> parser) {
        String text = Util.fixEmptyAndTrim(value);
        if (text == null) {
            return FormValidation.ok();
        }
        try {
            parser.accept(text);
            return FormValidation.ok();
        } catch (MlopsException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    /** Takes the text out of a form that has the parameters as YAML; null for none. */
    @CheckForNull
    static String takeParams(JSONObject form) {
        String text = Util.fixEmptyAndTrim(form.optString(PARAMS_TEXT));
        form.remove(PARAMS_TEXT);
        return text;
    }

    /** Takes a text out of a form that has an entry a line; empty for none. */
    static List<String> takeLines(JSONObject form, String field) {
        List<String> lines = form.optString(field)
                .lines()
                .map(String::trim)
                .filter(line -> !line.isEmpty())
                .toList();
        form.remove(field);
        return lines;
    }

    /** The parameters that a form has as YAML. @param text null for none */
    @CheckForNull
    static StepParams params(@CheckForNull String text) throws FormException {
        try {
            return text == null ? null : StepParams.ofYaml(text);
        } catch (MlopsException e) {
            throw new FormException(e.getMessage(), e, PARAMS_TEXT);
        }
    }
}
