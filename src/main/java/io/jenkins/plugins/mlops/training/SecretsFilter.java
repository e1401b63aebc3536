package io.jenkins.plugins.mlops.training;

import hudson.console.ConsoleLogFilter;
import hudson.model.AbstractBuild;
import hudson.remoting.Channel;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.credentialsbinding.masking.SecretPatterns;

/**
 * Masks the credentials of an MLflow server, and sensitive parameters, in the log of a body. Persisted with the build without any; an
 * agent, which cannot look credentials up, gets the pattern itself.
 */
final class SecretsFilter extends ConsoleLogFilter implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(SecretsFilter.class.getName());

    private final String server;
    private final String charset;
    private final KeptSecrets secrets;

    SecretsFilter(String server, String charset, KeptSecrets secrets) {
        this.server = server;
        this.charset = charset;
        this.secrets = secrets;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public OutputStream decorateLogger(AbstractBuild build, OutputStream logger) {
        return masking(logger, this::pattern, charset);
    }

    private static OutputStream masking(OutputStream logger, Supplier<Pattern> pattern, String charset) {
        return new MaskedLog(logger, pattern, Charset.forName(charset));
    }

    /** Null when there is nothing to mask. */
    private Pattern pattern() {
        List<String> found = new ArrayList<>();
        add(
                found,
                "sensitive parameters",
                () -> KeptSecrets.orNone(secrets).params().values().values().stream()
                        .flatMap(String::lines));
        add(found, "credentials of " + server, this::credentials);
        return found.isEmpty() ? null : SecretPatterns.getAggregateSecretPattern(found);
    }

    private static void add(List<String> found, String what, Supplier<Stream<String>> secrets) {
        try {
            secrets.get().filter(Objects::nonNull).forEach(found::add);
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "no " + what + " to mask any more");
        }
    }

    /** Those that code is given, and those that it is not. */
    private Stream<String> credentials() {
        MlflowProfile profile = MlopsConfiguration.get().mlflowServer(server);
        return Stream.of(profile.trainingSettings(null), profile.settings(null))
                .map(MlflowSettings::credentials)
                .filter(Objects::nonNull)
                .flatMap(credentials -> Stream.of(credentials.password(), credentials.token()));
    }

    private Object writeReplace() {
        return Channel.current() == null ? this : new OnAgent(pattern(), charset);
    }

    private static final class OnAgent extends ConsoleLogFilter implements Serializable {

        private static final long serialVersionUID = 1L;

        private final Pattern pattern;
        private final String charset;

        OnAgent(Pattern pattern, String charset) {
            this.pattern = pattern;
            this.charset = charset;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public OutputStream decorateLogger(AbstractBuild build, OutputStream logger) {
            return masking(logger, () -> pattern, charset);
        }
    }
}
