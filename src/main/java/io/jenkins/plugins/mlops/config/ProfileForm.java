package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import java.util.List;
import java.util.function.Supplier;
import jenkins.model.Jenkins;

/** Says in the form, while it is filled in, what the configuration would refuse. Whoever may not configure is told nothing. */
final class ProfileForm {

    private ProfileForm() {}

    /** @param rule throws what it refuses as an {@link MlopsException} */
    @NonNull
    static FormValidation check(Runnable rule) {
        if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            return FormValidation.ok();
        }
        try {
            rule.run();
            return FormValidation.ok();
        } catch (MlopsException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    /**
     * @param savedName the name that the profile in the form was saved under, empty for a new one: a profile does not stand in
     *     its own way
     */
    @NonNull
    static FormValidation checkName(String value, String savedName, List<? extends Profile<?>> saved) {
        String name = Util.fixEmptyAndTrim(value);
        return check(() -> {
            new ProfileName(name);
            if (!name.equals(savedName) && saved.stream().anyMatch(profile -> name.equals(profile.getName()))) {
                throw ProfileName.taken(name);
            }
        });
    }

    @NonNull
    static FormValidation checkAddress(Supplier<ServerAddress> address, @CheckForNull String credentialsId) {
        FormValidation wrong = check(address::get);
        if (wrong.kind == FormValidation.Kind.OK
                && Util.fixEmptyAndTrim(credentialsId) != null
                && Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                && address.get().isSentInClear()) {
            return FormValidation.warning("The credentials cross the network in clear text: use https");
        }
        return wrong;
    }
}
