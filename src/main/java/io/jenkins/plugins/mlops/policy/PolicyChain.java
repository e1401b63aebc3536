package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.ItemGroup;
import java.util.ArrayList;
import java.util.List;

/** Finds the policies of a job along the chain of what it really lies in. */
final class PolicyChain {

    private PolicyChain() {}

    /** The nearest first. @param item null for the policies of everything alone */
    @NonNull
    static List<FolderPolicy> of(@CheckForNull Item item, @NonNull List<FolderPolicy> all) {
        List<FolderPolicy> found = new ArrayList<>();
        Item here = item;
        while (here != null) {
            for (FolderPolicy policy : all) {
                if (!policy.getFolder().isEmpty() && policy.concerns(here)) {
                    found.add(policy);
                }
            }
            ItemGroup<?> parent = here.getParent();
            here = parent instanceof Item outer ? outer : null;
        }
        all.stream().filter(policy -> policy.getFolder().isEmpty()).forEach(found::add);
        return found;
    }
}
