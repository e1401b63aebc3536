package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a Python interpreter has installed. Two machines with the same versions of everything give the same document.
 *
 * @param packages normalized name (PEP 503) to version, as {@code importlib.metadata} finds them
 */
@JsonPropertyOrder({"schema", "implementation", "python", "system", "machine", "packages"})
record PythonEnvironment(
        String schema,
        String implementation,
        String python,
        String system,
        String machine,
        Map<String, String> packages) {

    static final String SCHEMA = "mlops-environment/1";

    PythonEnvironment {
        if (!SCHEMA.equals(schema) || packages == null) {
            throw MlopsException.usage("it is no environment document");
        }
        packages = Collections.unmodifiableMap(new TreeMap<>(packages));
    }
}
