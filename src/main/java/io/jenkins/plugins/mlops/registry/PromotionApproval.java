package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.security.SecurityRealm;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import jenkins.model.IdStrategy;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/** {@code approval(...)} of {@code promoteModel}: who must agree, and for how long they are waited for. */
public class PromotionApproval extends AbstractDescribableImpl<PromotionApproval> implements Serializable {

    private static final long serialVersionUID = 1L;

    private String submitters;
    private String timeout;
    private String message;

    @DataBoundConstructor
    public PromotionApproval() {
        // everything is optional
    }

    /** Ids of users and groups, separated by commas; null for everyone with the permission MLOps/Promote on the job. */
    @CheckForNull
    public String getSubmitters() {
        return submitters;
    }

    @DataBoundSetter
    public void setSubmitters(@CheckForNull String submitters) {
        this.submitters = Util.fixEmptyAndTrim(submitters);
    }

    /** How long to wait: a number with s, m, h or d; null for as long as it takes. */
    @CheckForNull
    public String getTimeout() {
        return timeout;
    }

    @DataBoundSetter
    public void setTimeout(@CheckForNull String timeout) {
        this.timeout = Util.fixEmptyAndTrim(timeout);
    }

    /** What the page says to those who decide. */
    @CheckForNull
    public String getMessage() {
        return message;
    }

    @DataBoundSetter
    public void setMessage(@CheckForNull String message) {
        this.message = Util.fixEmptyAndTrim(message);
    }

    /** @throws MlopsException of kind USAGE when the timeout is no duration */
    @CheckForNull
    Duration patience() {
        return timeout == null ? null : TimeLimit.parse(timeout).duration();
    }

    /** Whether the user is among those who are named, by the rules of the security realm; always when nobody is named. */
    boolean names(@NonNull Authentication user) {
        if (submitters == null) {
            return true;
        }
        SecurityRealm realm = Jenkins.get().getSecurityRealm();
        List<String> named =
                Arrays.stream(submitters.split(",")).map(String::trim).toList();
        return isAmong(user.getName(), named, realm.getUserIdStrategy())
                || user.getAuthorities().stream()
                        .map(GrantedAuthority::getAuthority)
                        .anyMatch(group -> isAmong(group, named, realm.getGroupIdStrategy()));
    }

    private static boolean isAmong(String id, List<String> named, IdStrategy strategy) {
        return named.stream().anyMatch(name -> strategy.equals(name, id));
    }

    @Extension
    @Symbol("approval")
    public static class DescriptorImpl extends Descriptor<PromotionApproval> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "Approval by a person";
        }

        @POST
        public FormValidation doCheckTimeout(@QueryParameter String value) {
            String given = Util.fixEmptyAndTrim(value);
            try {
                if (given != null) {
                    TimeLimit.parse(given);
                }
                return FormValidation.ok();
            } catch (MlopsException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}
