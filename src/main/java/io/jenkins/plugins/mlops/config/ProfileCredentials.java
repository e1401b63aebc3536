package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * The credentials that profiles of one kind may name. They are an administrator's, so they are looked up as Jenkins itself,
 * in the global and system scopes; a folder cannot put its own in their place. Those of a domain are used only for the servers
 * of that domain.
 */
final class ProfileCredentials {

    static final ProfileCredentials OBJECT_STORE = new ProfileCredentials(
            CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class),
            "a user name (the access key) and password (the secret key)");

    static final ProfileCredentials MLFLOW = new ProfileCredentials(
            CredentialsMatchers.anyOf(
                    CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class),
                    CredentialsMatchers.instanceOf(StringCredentials.class)),
            "a user name and password, or a secret text");

    static final ProfileCredentials BITBUCKET = new ProfileCredentials(
            CredentialsMatchers.anyOf(
                    CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class),
                    CredentialsMatchers.instanceOf(StringCredentials.class)),
            "a secret text with an access token, or a user name and password,");

    static final ProfileCredentials WEBHOOK_SECRET =
            new ProfileCredentials(CredentialsMatchers.instanceOf(StringCredentials.class), "a secret text");

    static final ProfileCredentials REGISTRY = new ProfileCredentials(
            CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class), "a user name and password");

    static final ProfileCredentials SIGNING_KEY = new ProfileCredentials(
            CredentialsMatchers.anyOf(
                    CredentialsMatchers.instanceOf(StringCredentials.class),
                    CredentialsMatchers.instanceOf(FileCredentials.class)),
            "a secret text or secret file with a private key in PEM");

    private final CredentialsMatcher usable;
    private final String wanted;

    private ProfileCredentials(CredentialsMatcher usable, String wanted) {
        this.usable = usable;
        this.wanted = wanted;
    }

    /**
     * What the profile names; empty when it names none.
     *
     * @param run whose use is tracked, or null
     * @throws MlopsException of kind USAGE when they do not exist
     */
    @NonNull
    Optional<StandardCredentials> find(ServerProfile<?> profile, @CheckForNull Run<?, ?> run) {
        String id = profile.getCredentialsId();
        return id == null ? Optional.empty() : find(id, profile.address().toString(), profile.label(), run);
    }

    /**
     * As the other.
     *
     * @param id null for none
     * @param label as {@link Profile#label}
     */
    @NonNull
    Optional<StandardCredentials> find(
            @CheckForNull String id, String address, String label, @CheckForNull Run<?, ?> run) {
        if (id == null) {
            return Optional.empty();
        }
        StandardCredentials found = find(id, address);
        if (found == null) {
            throw missing(id, "the " + label);
        }
        if (run != null) {
            CredentialsProvider.track(run, found);
        }
        return Optional.of(found);
    }

    /**
     * The drop-down of a form: all that a profile of this kind may name, whatever the server ({@link #check} judges that); the
     * saved ones alone for those who may not configure. It depends on no field that a user changes, since Jenkins fills a
     * drop-down anew when one does, and then puts the saved value back in the place of none.
     */
    @NonNull
    ListBoxModel items(@CheckForNull String saved) {
        StandardListBoxModel items = new StandardListBoxModel();
        if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            items.includeEmptyValue()
                    .includeMatchingAs(ACL.SYSTEM2, Jenkins.get(), StandardCredentials.class, List.of(), usable);
        }
        return items.includeCurrentValue(Util.fixNull(saved));
    }

    @NonNull
    FormValidation check(@CheckForNull String value, @CheckForNull String address) {
        String id = Util.fixEmptyAndTrim(value);
        return ProfileForm.check(() -> {
            if (id != null && find(id, address) == null) {
                throw missing(id, "this server");
            }
        });
    }

    @CheckForNull
    private StandardCredentials find(String id, @CheckForNull String address) {
        return CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(
                        StandardCredentials.class, Jenkins.get(), ACL.SYSTEM2, requirements(address)),
                CredentialsMatchers.allOf(CredentialsMatchers.withId(id), usable));
    }

    private static List<DomainRequirement> requirements(@CheckForNull String address) {
        return URIRequirementBuilder.fromUri(Util.fixEmptyAndTrim(address)).build();
    }

    private MlopsException missing(String id, String server) {
        return MlopsException.usage(
                "There are no credentials '" + id + "' for " + server + ": an administrator adds " + wanted
                        + " of that id under Manage Jenkins, Credentials, in the global domain or in one of that server");
    }
}
