package io.jenkins.plugins.mlops.training;

import hudson.console.ConsoleLogFilter;
import hudson.model.AbstractBuild;
import hudson.remoting.Channel;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jenkinsci.plugins.credentialsbinding.masking.SecretPatterns;

/**
 * Masks the credentials of an MLflow server in the log of a body. Persisted with the build by the server's name alone; an
 * agent, which cannot look credentials up, gets the pattern itself.
 */
final class SecretsFilter extends ConsoleLogFilter implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = Logger.getLogger(SecretsFilter.class.getName());

    private final String server;
    private final String charset;

    SecretsFilter(String server, String charset) {
        this.server = server;
        this.charset = charset;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public OutputStream decorateLogger(AbstractBuild build, OutputStream logger) {
        return new SecretPatterns.MaskingOutputStream(logger, this::pattern, charset);
    }

    /** Null when there is nothing to mask. */
    private Pattern pattern() {
        try {
            MlflowSettings.Credentials credentials =
                    MlopsConfiguration.get().mlflowServer(server).settings(null).credentials();
            return credentials == null
                    ? null
                    : SecretPatterns.getAggregateSecretPattern(Stream.of(credentials.password(), credentials.token())
                            .filter(secret -> secret != null)
                            .toList());
        } catch (MlopsException e) {
            LOGGER.log(Level.FINE, e, () -> "no credentials of " + server + " to mask any more");
            return null;
        }
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
            return new SecretPatterns.MaskingOutputStream(logger, () -> pattern, charset);
        }
    }
}
