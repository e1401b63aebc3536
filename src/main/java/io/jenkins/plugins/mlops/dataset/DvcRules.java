package io.jenkins.plugins.mlops.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.signing.SigningRequest;
import io.jenkins.plugins.mlops.signing.SigningRules;
import java.util.regex.Pattern;

/**
 * What an agent may do that finds out which files an output of DVC has: read lists of directories, which DVC keeps as objects of their own,
 * where the job may read. It names them itself, since it has the repository; the files come later, by numbers. Thread-safe.
 */
final class DvcRules implements SigningRules {

    private static final Pattern LIST = Pattern.compile("(?s)(.*/)?[0-9a-f]{2}/[0-9a-f]{30}\\.dir");

    private final JobPolicy policy;

    DvcRules(JobPolicy policy) {
        this.policy = policy;
    }

    @Override
    public StoreRequest allowed(SigningRequest asked) {
        if (asked.number() < 0) {
            StoreRequest request = asked.request();
            if (reads(request) && LIST.matcher(request.location().key()).matches()) {
                policy.checkLocation(request.location());
                return request;
            }
        }
        throw MlopsException.refused("Who looks up an output of DVC reads its list of files and nothing else; the agent"
                + " asked for " + asked);
    }

    private static boolean reads(StoreRequest request) {
        return request.query().isEmpty()
                && request.headers().isEmpty()
                && (request.method().equals("GET") || request.method().equals("HEAD"));
    }
}
