UPDATE booking SET changed_us = changed_us + 1 WHERE live = 1;
