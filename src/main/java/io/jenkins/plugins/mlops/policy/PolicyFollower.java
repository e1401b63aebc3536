package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.listeners.ItemListener;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Lets policies follow their folders and jobs: who renames or moves one takes its policy along, and who copies one gets its policy
 * with the copy. A policy whose folder was deleted stays, for who makes it anew.
 */
@Extension
@Restricted(NoExternalUse.class)
public class PolicyFollower extends ItemListener {

    @Override
    public void onLocationChanged(@NonNull Item item, @NonNull String oldFullName, @NonNull String newFullName) {
        List<FolderPolicy> now = MlopsConfiguration.get().getPolicies();
        if (now.stream().anyMatch(policy -> lies(policy, oldFullName))) {
            MlopsConfiguration.get()
                    .replacePolicies(policies -> policies.stream()
                            .map(policy -> lies(policy, oldFullName)
                                    ? policy.at(newFullName + policy.getFolder().substring(oldFullName.length()))
                                    : policy)
                            .toList());
        }
    }

    @Override
    public void onCopied(Item source, Item copy) {
        List<FolderPolicy> now = MlopsConfiguration.get().getPolicies();
        String from = source.getFullName();
        String to = copy.getFullName();
        List<FolderPolicy> copies = now.stream()
                .filter(policy -> lies(policy, from))
                .map(policy -> policy.at(to + policy.getFolder().substring(from.length())))
                .toList();
        if (!copies.isEmpty()) {
            MlopsConfiguration.get().replacePolicies(policies -> {
                List<FolderPolicy> all = new ArrayList<>(policies);
                all.addAll(copies);
                return all;
            });
        }
    }

    /** Whether it is the policy of the item, or of one in it. */
    private static boolean lies(FolderPolicy policy, String fullName) {
        String folder = policy.getFolder().toLowerCase(Locale.ROOT);
        String name = fullName.toLowerCase(Locale.ROOT);
        return folder.equals(name) || folder.startsWith(name + "/");
    }
}
