package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.RequestPresigner;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.SystemProperties;

/**
 * Signs on the controller what rules allow, with the keys that a profile has at that moment: changed keys are used from the
 * next batch on. One piece of work has one. Not thread-safe.
 */
public final class StoreSigner {

    private static final Logger LOGGER = Logger.getLogger(StoreSigner.class.getName());

    /** How long a URL can be used: a duration such as {@code 5m}, in this system property. */
    private static final String VALIDITY_PROPERTY = StoreSigner.class.getName() + ".validity";

    private static final Duration VALIDITY = Duration.ofMinutes(10);

    private final String store;
    private final URI endpoint;
    private final SigningRules rules;
    private ObjectStoreSettings settings;
    private long refusals;

    /** @param run whose use of the credentials is tracked */
    public StoreSigner(@NonNull ObjectStoreProfile profile, @NonNull Run<?, ?> run, @NonNull SigningRules rules) {
        this.store = profile.getName();
        this.settings = profile.settings(run);
        this.endpoint = settings.endpoint();
        this.rules = rules;
    }

    @NonNull
    URI endpoint() {
        return endpoint;
    }

    Duration validity() {
        Duration set = SystemProperties.getDuration(VALIDITY_PROPERTY, VALIDITY);
        return set.toSeconds() < 1 ? VALIDITY : set;
    }

    /** Answers each request, with a refusal too. */
    @NonNull
    List<SignedUrl> sign(@NonNull List<SigningRequest> wanted, @NonNull String agent) {
        if (wanted.isEmpty()) {
            return new ArrayList<>();
        }
        if (wanted.size() > AgentSession.BATCH) {
            throw MlopsException.refused("The " + agent + " wants " + wanted.size()
                    + " requests signed at once, more than this plugin ever does: look after that agent");
        }
        renew();
        RequestPresigner presigner = new RequestPresigner(settings);
        Duration validity = validity();
        List<SignedUrl> answers = new ArrayList<>(wanted.size());
        for (SigningRequest request : wanted) {
            try {
                String url = presigner.presign(rules.allowed(request), validity).toString();
                answers.add(new SignedUrl(request.id(), url, null));
            } catch (MlopsException e) {
                note(agent, request, e);
                answers.add(new SignedUrl(request.id(), null, e.getMessage()));
            }
        }
        return answers;
    }

    /** An agent decides how often it asks for what it may not have: only the first, tenth, hundredth and so on is told aloud. */
    private void note(String agent, SigningRequest request, MlopsException why) {
        refusals++;
        LOGGER.log(
                isPowerOfTen(refusals) ? Level.WARNING : Level.FINE,
                "Not signed for the {0}, {1} of this piece of work: {2}: {3}",
                new Object[] {
                    agent,
                    "refusal " + refusals,
                    PrintableText.of(request.toString()),
                    PrintableText.of(String.valueOf(why.getMessage()))
                });
    }

    private static boolean isPowerOfTen(long count) {
        long power = 1;
        while (power < count) {
            power *= 10;
        }
        return power == count;
    }

    private void renew() {
        settings = MlopsConfiguration.get().objectStore(store).settings(null);
        if (!settings.endpoint().equals(endpoint)) {
            throw MlopsException.refused("The endpoint of the object store '" + store + "' was changed from " + endpoint
                    + " to " + settings.endpoint() + " while a build used it: run the build again");
        }
    }
}
