package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registered model as MLflow writes it: {@code models:/NAME/VERSION} or {@code models:/NAME@ALIAS}.
 *
 * @param version 1 or more, 0 when the alias says which
 * @param alias null when the version is given
 */
public record ModelReference(String name, int version, String alias) {

    private static final Pattern FORM = Pattern.compile("models:/([^/:@]+)(?:/([1-9][0-9]{0,8})|@([^/:@]+))");

    /** @throws MlopsException of kind USAGE when the text has another form */
    @JsonCreator
    public static ModelReference parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw MlopsException.usage(
                    "'" + text + "' names no model: models:/NAME/VERSION or models:/NAME@ALIAS is wanted");
        }
        return form.group(2) == null
                ? new ModelReference(form.group(1), 0, form.group(3))
                : new ModelReference(form.group(1), Integer.parseInt(form.group(2)), null);
    }

    @Override
    @JsonValue
    public String toString() {
        return "models:/" + name + (alias == null ? "/" + version : "@" + alias);
    }
}
