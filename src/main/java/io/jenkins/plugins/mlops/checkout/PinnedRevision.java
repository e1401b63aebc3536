package io.jenkins.plugins.mlops.checkout;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.plugins.git.RevisionParameterAction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.stream.StreamSupport;
import org.eclipse.jgit.transport.RemoteConfig;

/**
 * Has every checkout of a repository take one commit, in a job that says by itself what it checks out. Other repositories, such as
 * libraries, are left alone. Git says the same of a repository in many ways, so addresses are compared.
 */
public class PinnedRevision extends RevisionParameterAction {

    private static final long serialVersionUID = 1L;

    private final ArrayList<String> remotes;

    /** @param remotes addresses of the repository */
    public PinnedRevision(@NonNull String commit, @NonNull Collection<String> remotes) {
        super(commit);
        this.remotes = new ArrayList<>(remotes);
    }

    @Override
    public boolean canOriginateFrom(Iterable<RemoteConfig> candidates) {
        return StreamSupport.stream(candidates.spliterator(), false)
                .flatMap(candidate -> candidate.getURIs().stream())
                .anyMatch(address -> RepositoryAddress.isAmong(address.toString(), remotes));
    }
}
