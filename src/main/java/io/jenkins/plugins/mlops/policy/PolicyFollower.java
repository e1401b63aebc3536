package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.model.Item;
import hudson.model.listeners.ItemListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Lets policies follow their folders and jobs: who renames or moves one takes its policy along, and who copies one gets its policy
 * with the copy. While Jenkins renames, before this hears of it, policies know their items as objects. A policy whose folder was deleted stays, for who makes it anew.
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
                            .map(policy -> lies(policy, oldFullName) ? moved(policy, oldFullName, newFullName) : policy)
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
                .map(policy -> moved(policy, from, to))
                .toList();
        if (!copies.isEmpty()) {
            MlopsConfiguration.get().replacePolicies(policies -> {
                List<FolderPolicy> all = new ArrayList<>(policies);
                all.addAll(copies);
                return all;
            });
        }
    }

    private static FolderPolicy moved(FolderPolicy policy, String from, String to) {
        FolderPolicy there = policy.at(to + policy.getFolder().substring(from.length()));
        see(there);
        return there;
    }

    /** Has policies know their folders before anyone can rename them. */
    @Initializer(after = InitMilestone.JOB_CONFIG_ADAPTED)
    @Restricted(NoExternalUse.class)
    public static void seeAll() {
        MlopsConfiguration.get().getPolicies().forEach(PolicyFollower::see);
    }

    @Override
    public void onCreated(Item item) {
        MlopsConfiguration.get().getPolicies().forEach(policy -> policy.concerns(item));
    }

    /** Has a policy know its folder. */
    static void see(FolderPolicy policy) {
        if (!policy.getFolder().isEmpty()) {
            try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
                Item item = Jenkins.get().getItemByFullName(policy.getFolder());
                if (item != null) {
                    policy.concerns(item);
                }
            }
        }
    }

    /** Whether it is the policy of the item, or of one in it. */
    private static boolean lies(FolderPolicy policy, String fullName) {
        String folder = policy.getFolder().toLowerCase(Locale.ROOT);
        String name = fullName.toLowerCase(Locale.ROOT);
        return folder.equals(name) || folder.startsWith(name + "/");
    }
}
