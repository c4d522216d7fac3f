"""The texts of which tests write dumps."""

TEXT = "The ferry office opened the second landing on Monday, two months before its pilots had hoped for it."


MORE = "Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold."


LAST = "Divers will return in the spring, and the office will publish all that they find at the landing."


CAPTION = "A pilot ties up the first boat of the day at Eastmark, Wash., March 17, 2020. Nine boats stop there."


TITLE = 'Harbor Chief Opens "Second Landing" for All Boats'
